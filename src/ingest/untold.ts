/**
 * Of two kinds of lines that show the same requests, the kind with less information gives no rows. But some requests are only in that kind:
 * a middleware omits them (health checks), or never sees them (an exception passes through it). So each of its rows is compared with those
 * of other kinds nearby, and one without a partner is a request of its own. If it lacks the duration or the worker that the others have, it
 * is counted without its time; otherwise everything computed from rows with a time would have to do without durations or workers.
 */
import type { RequestBatch } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import { alikeRoute } from './retold.ts';
import { appendRow, copyRow, type Row } from './rows.ts';

/** Most requests between the two lines of one request. */
const MAX_DISTANCE = 40;

/** A request in a form that is the same in both kinds of lines. `since`: the number of rows seen before it. */
interface Seen {
  readonly route: string;
  readonly status: number;
  readonly since: number;
}

interface Waiting extends Seen {
  readonly row: Row;
  /** It belongs to the coarse rows, whose stamps the envelope's do not make finer. */
  readonly isCoarse: boolean;
}

/** The common form of at most so many routes is remembered. */
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
  /** Rows of the kind with less information that have no partner yet, oldest first. */
  #waiting: Waiting[] = [];
  /** Requests of other kinds that have no partner yet, oldest first. */
  #told: Seen[] = [];
  readonly #alike = new Map<string, string>();
  #seen = 0;
  #toldDurations = false;
  #toldWorkers = false;
  /** A row waited in vain: its partner may be in a part of the input that another reader reads. */
  hasGiven = false;

  constructor(home: Home, routes: Dictionary) {
    this.#home = home;
    this.#routes = routes;
  }

  /** Whether a row waits for its partner. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** What follows is elsewhere in the input. */
  forget(): void {
    this.#waiting = [];
    this.#told = [];
  }

  /** Takes note of rows of another kind, from `from` on. @returns the number of rows that had waited too long and were given */
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

  /**
   * Takes the rows of the kind with less information out of the batch, from `from` on.
   * @returns the number of rows that had waited too long and were given
   */
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

  /** The name of a route in a form that is the same in both kinds of lines. */
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

  /** Gives the row that has waited longest as a request of its own; false: there is none. */
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
