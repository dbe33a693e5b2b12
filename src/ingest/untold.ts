/**
 * Of two kinds of lines that tell of the same requests those that tell less give no rows. Some requests only they tell of: what a middleware
 * leaves out (health checks), or never gets to see (an exception that passes through it). Each of their rows is held against those of the
 * other kinds nearby; one that finds no partner is a request of its own. Where it lacks the duration or the worker that the others have it is
 * counted without its time: what is worked out from all that have a time would have to do without durations, or workers.
 */
import type { RequestBatch } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import { alikeRoute } from './retold.ts';
import { appendRow, copyRow, type Row } from './rows.ts';

/** Requests that may stand between the two lines of one. */
const MAX_DISTANCE = 40;

/** A request as both kinds of lines tell it, and how many rows had been seen before it. */
interface Seen {
  readonly route: string;
  readonly status: number;
  readonly since: number;
}

interface Waiting extends Seen {
  readonly row: Row;
  /** Of the rows whose stamps the envelope does not sharpen. */
  readonly isCoarse: boolean;
}

/** Of so many routes it is remembered which are alike. */
const MOST_ROUTES = 1 << 14;

const placeOf = (seen: readonly Seen[], route: string, status: number): number =>
  seen.findIndex((one) => one.status === status && one.route === route);

/** Where rows without a partner go. */
export interface Home {
  readonly batch: RequestBatch;
  readonly coarse: RequestBatch | null;
}

export class Untold {
  readonly #routes: Dictionary;
  readonly #home: Home;
  /** Rows that tell less and have no partner yet, the oldest first. */
  #waiting: Waiting[] = [];
  /** Requests that others told of and that have no partner yet, the oldest first. */
  #told: Seen[] = [];
  readonly #alike = new Map<string, string>();
  #seen = 0;
  #toldDurations = false;
  #toldWorkers = false;
  /** A row waited in vain: its partner may stand where another reader reads. */
  hasGiven = false;

  constructor(home: Home, routes: Dictionary) {
    this.#home = home;
    this.#routes = routes;
  }

  /** A row waits for its partner. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** What follows stands elsewhere. */
  forget(): void {
    this.#waiting = [];
    this.#told = [];
  }

  /** Rows of another kind, from `from` on. @returns how many rows had waited too long and were given */
  tell(batch: RequestBatch, from: number): number {
    for (let i = from; i < batch.length; i++) {
      this.#toldDurations ||= batch.duration[i] >= 0;
      this.#toldWorkers ||= batch.worker[i] >= 0;
      const route = this.#routeOf(batch.route[i]);
      const status = batch.status[i];
      const at = placeOf(this.#waiting, route, status);
      if (at >= 0) this.#waiting.splice(at, 1);
      else this.#told.push({ route, status, since: this.#seen });
      this.#seen++;
    }
    return this.#giveOverdue();
  }

  /** Takes out the rows that tell less, from `from` on. @returns how many rows had waited too long and were given */
  take(batch: RequestBatch, from: number, isCoarse: boolean): number {
    for (let i = from; i < batch.length; i++) {
      const route = this.#routeOf(batch.route[i]);
      const status = batch.status[i];
      const at = placeOf(this.#told, route, status);
      if (at >= 0) this.#told.splice(at, 1);
      else this.#waiting.push({ route, status, row: copyRow(batch, i), isCoarse, since: this.#seen });
      this.#seen++;
    }
    batch.length = from;
    return this.#giveOverdue();
  }

  /** What both kinds of lines call it. */
  #routeOf(id: number): string {
    if (id < 0) return '';
    const route = this.#routes.text(id);
    const known = this.#alike.get(route);
    if (known !== undefined) return known;
    if (this.#alike.size === MOST_ROUTES) this.#alike.clear();
    const alike = alikeRoute(route);
    this.#alike.set(route, alike);
    return alike;
  }

  #lacks({ duration, worker }: Row): boolean {
    return (this.#toldDurations && !(duration >= 0)) || (this.#toldWorkers && worker < 0);
  }

  #giveOverdue(): number {
    const oldest = this.#seen - MAX_DISTANCE;
    const isFresh = ({ since }: { readonly since: number }) => since >= oldest;
    if (this.#told.length > 0 && !isFresh(this.#told[0])) this.#told = this.#told.filter(isFresh);
    let given = 0;
    while (this.#waiting.length > 0 && !isFresh(this.#waiting[0])) given += Number(this.giveOne());
    return given;
  }

  /** The row that has waited longest is a request of its own; false where there is none. */
  giveOne(): boolean {
    const first = this.#waiting.shift();
    if (!first) return false;
    this.hasGiven = true;
    const { batch, coarse } = this.#home;
    const { row, isCoarse } = first;
    appendRow(isCoarse && coarse ? coarse : batch, this.#lacks(row) ? { ...row, time: Number.NaN } : row);
    return true;
  }
}
