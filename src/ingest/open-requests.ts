/** Requests that one line tells of as they begin and another one as they end: what the first told is kept until the second comes. */
import type { RequestBatch } from '../core/batch.ts';
import { type RequestName, saysBegin, wordAt } from './request-names.ts';

interface Begun {
  readonly time: number;
  readonly route: number;
  readonly worker: number;
  readonly client: number;
  /** Requests of this name that go on: of several no line tells which of them ended. */
  going: number;
}

/** More are not kept: their ends were lost. */
const MOST_OPEN = 10_000;
/** µs: what began longer ago had ended without saying so. */
const LONGEST = 3_600_000_000;

export class OpenRequests {
  readonly #name: RequestName;
  readonly #hasDurations: boolean;
  readonly #open = new Map<string, Begun>();

  /** @param hasDurations the stamps of both lines tell how long a request took */
  constructor(name: RequestName, hasDurations: boolean) {
    this.#name = name;
    this.#hasDurations = hasDurations;
  }

  /** The line of row `i` tells how a request began. */
  begin(text: string, batch: RequestBatch, i: number): void {
    const name = saysBegin(text) ? wordAt(text, this.#name.begin) : null;
    if (name === null) return;
    const before = this.#open.get(name);
    const time = batch.time[i];
    if (before && !(time - before.time > LONGEST)) {
      // Of a request that is named once, lines between its first and its last tell of what was done in it.
      if (!this.#name.unique) before.going++;
      return;
    }
    this.#open.delete(name);
    this.#open.set(name, { time, route: batch.route[i], worker: batch.worker[i], client: batch.client[i], going: 1 });
    if (this.#open.size > MOST_OPEN) for (const oldest of this.#open.keys()) return void this.#open.delete(oldest);
  }

  /** The line of row `i` tells how a request ended: what its beginning told goes into the row. */
  end(text: string, batch: RequestBatch, i: number): void {
    const name = wordAt(text, this.#name.end);
    const begun = name === null ? undefined : this.#open.get(name);
    if (name === null || begun === undefined) return;
    begun.going--;
    if (begun.going > 0) {
      // Neither this one nor those that are left are known.
      this.#open.set(name, { ...begun, time: Number.NaN, route: -1, worker: -1 });
      return;
    }
    this.#open.delete(name);
    if (this.#name.sameRoute && begun.route !== batch.route[i]) return;
    const duration = batch.time[i] - begun.time;
    if (this.#hasDurations && duration >= 0) batch.duration[i] = duration;
    if (batch.route[i] < 0) batch.route[i] = begun.route;
    if (batch.worker[i] < 0) batch.worker[i] = begun.worker;
    if (batch.client[i] === 0) batch.client[i] = begun.client;
  }
}
