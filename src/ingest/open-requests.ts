/** Requests with one line about their beginning and another about their end: keeps what the first says until the second comes. */
import type { RequestBatch } from '../core/batch.ts';
import { type RequestName, saysBegin, wordAt } from './request-names.ts';

interface Begun {
  readonly time: number;
  readonly route: number;
  readonly worker: number;
  readonly client: number;
  /** Number of running requests with this name. If there are several, no line shows which of them ended. */
  going: number;
}

/** Beyond so many the oldest are dropped, as their ends were probably lost. */
const MOST_OPEN = 10_000;
/** µs: a request that began longer ago has ended without a line. */
const LONGEST = 3_600_000_000;

export class OpenRequests {
  readonly #name: RequestName;
  readonly #hasDurations: boolean;
  readonly #open = new Map<string, Begun>();

  /** @param hasDurations the time between the stamps of both lines is the duration */
  constructor(name: RequestName, hasDurations: boolean) {
    this.#name = name;
    this.#hasDurations = hasDurations;
  }

  /** The line of row `i` is about the beginning of a request. */
  begin(text: string, batch: RequestBatch, i: number): void {
    const name = saysBegin(text) ? wordAt(text, this.#name.begin) : null;
    if (name === null) return;
    const before = this.#open.get(name);
    const time = batch.time[i];
    if (before && !(time - before.time > LONGEST)) {
      // If names are unique, this is a line between the beginning and the end, about something done for the request.
      if (!this.#name.unique) before.going++;
      return;
    }
    this.#open.delete(name);
    this.#open.set(name, { time, route: batch.route[i], worker: batch.worker[i], client: batch.client[i], going: 1 });
    if (this.#open.size > MOST_OPEN) for (const oldest of this.#open.keys()) return void this.#open.delete(oldest);
  }

  /** The line of row `i` is about the end of a request: what its beginning said goes into the row. */
  end(text: string, batch: RequestBatch, i: number): void {
    const name = wordAt(text, this.#name.end);
    const begun = name === null ? undefined : this.#open.get(name);
    if (name === null || begun === undefined) return;
    begun.going--;
    if (begun.going > 0) {
      // Neither the start of this one nor those of the others are known.
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
