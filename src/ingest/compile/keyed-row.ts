/** The row of a line of named values: filled value by value, together with the bytes it is read from. One object for all lines of a scanner. */
import type { RequestBatch } from '../../core/batch.ts';
import { Scratch } from '../envelopes/line.ts';
import { unescapeJson } from '../json-text.ts';
import type { StampReader } from '../stamps.ts';
import { MOST_BETWEEN } from './join-route.ts';
import type { Runtime } from './runtime.ts';

const [NEWLINE, BLANK, QUESTION_MARK, BACKSLASH] = [10, 32, 63, 92];

export class KeyedRow {
  b: Uint8Array = new Uint8Array(0);
  v: DataView = new DataView(new ArrayBuffer(0));
  /** By field: 1 if the line has a value. */
  readonly seen: Uint8Array;

  /** These are as in a RequestBatch. */
  time = 0;
  /** The second stamp of a request: its end. */
  until = 0;
  duration = 0;
  wait = 0;
  arrival = 0;
  bytes = 0;
  worker = 0;
  thread = 0;
  route = 0;
  client = 0;
  status = 0;
  /** µs from the stamp to the start of the work. */
  lead = 0;

  #methodFrom = 0;
  #methodTo = 0;
  #targetFrom = 0;
  #targetTo = 0;
  #dayFrom = 0;
  #dayTo = 0;
  readonly #plain = new Scratch();
  readonly #joined = new Scratch();

  constructor(fields: number) {
    this.seen = new Uint8Array(fields);
  }

  clear(): void {
    this.time = this.until = this.duration = this.wait = this.arrival = this.bytes = Number.NaN;
    this.lead = this.client = this.status = 0;
    this.worker = this.thread = this.route = -1;
    this.#methodFrom = this.#methodTo = this.#targetFrom = this.#targetTo = this.#dayTo = 0;
    this.seen.fill(0);
  }

  method(from: number, to: number): void {
    this.#methodFrom = from;
    this.#methodTo = to;
  }

  target(from: number, to: number): void {
    this.#targetFrom = from;
    this.#targetTo = to;
  }

  day(from: number, to: number): void {
    this.#dayFrom = from;
    this.#dayTo = to;
  }

  /** Reads the stamp that a time of day and the date before it in the line make together. */
  timeOfDay(from: number, to: number, stamp: StampReader): void {
    if (this.#dayTo === 0) return;
    const { b } = this;
    const joined = this.#joined;
    joined.reserve(this.#dayTo - this.#dayFrom + 1 + to - from);
    let k = 0;
    for (let p = this.#dayFrom; p < this.#dayTo; p++) joined.b[k++] = b[p];
    joined.b[k++] = BLANK;
    for (let p = from; p < to; p++) joined.b[k++] = b[p];
    joined.b[k] = NEWLINE;
    this.time = stamp(joined.b, joined.v, 0);
  }

  /** Runs `read` on a value from which escapes were removed. */
  unescaped(
    from: number,
    to: number,
    read: (bytes: Uint8Array, words: DataView, from: number, to: number) => void,
  ): void {
    if (!this.#hasEscape(from, to)) {
      read(this.b, this.v, from, to);
      return;
    }
    const plain = this.#plain;
    plain.reserve(to - from);
    const length = unescapeJson(this.b, from, to, plain.b);
    plain.b[length] = 10;
    read(plain.b, plain.v, 0, length);
  }

  /** Called when all values were read: sets what follows from several of them. */
  complete(runtime: Runtime): void {
    if (this.#targetTo > this.#targetFrom && this.#methodTo > this.#methodFrom) this.#joinRoute(runtime);
    if (this.until >= this.time) this.duration = this.until - this.time;
    if (!(this.lead > 0)) return;
    this.time += this.lead;
    this.duration -= this.lead;
  }

  write(rows: RequestBatch, offset: number): void {
    const i = rows.length;
    rows.time[i] = this.time;
    rows.duration[i] = this.duration;
    rows.wait[i] = this.wait;
    rows.arrival[i] = this.arrival;
    rows.worker[i] = this.worker;
    rows.thread[i] = this.thread;
    rows.route[i] = this.route;
    rows.client[i] = this.client;
    rows.status[i] = this.status;
    rows.bytes[i] = this.bytes;
    rows.offset[i] = offset;
    rows.length = i + 1;
  }

  #hasEscape(from: number, to: number): boolean {
    for (let p = from; p < to; p++) if (this.b[p] === BACKSLASH) return true;
    return false;
  }

  /** Sets the route. It is recognised by the bytes from the method on if the target is the next value. */
  #joinRoute(runtime: Runtime): void {
    const { recentRoutes } = runtime;
    const [from, target] = [this.#methodFrom, this.#targetFrom];
    const isNear = this.#methodTo < target && target - this.#methodTo <= MOST_BETWEEN;
    const recent = isNear ? recentRoutes.find(this.b, this.v, from, target) : -2;
    const isWhole = isNear && this.#isPath(recentRoutes.end);
    this.route = recent !== -2 && isWhole ? recent : this.#routeOfJoined(runtime);
    if (recent === -2 && isWhole && recentRoutes.find(this.b, this.v, from, target) === -2)
      recentRoutes.keep(this.v, this.route);
  }

  /** Whether the path of the target ends at `end`. */
  #isPath(end: number): boolean {
    return end === this.#targetTo || (end > this.#targetFrom && end < this.#targetTo && this.b[end] === QUESTION_MARK);
  }

  /** The route of "METHOD target" put together, so that the memo of routes can be used. */
  #routeOfJoined(runtime: Runtime): number {
    const { b } = this;
    const joined = this.#joined;
    const targetFrom = this.#targetFrom;
    let pathTo = targetFrom;
    while (pathTo < this.#targetTo && b[pathTo] !== QUESTION_MARK) pathTo++;
    joined.reserve(this.#methodTo - this.#methodFrom + 1 + (pathTo - targetFrom));
    let k = 0;
    for (let p = this.#methodFrom; p < this.#methodTo; p++) joined.b[k++] = b[p];
    joined.b[k++] = 32;
    if (this.#hasEscape(targetFrom, this.#targetTo)) k += unescapeJson(b, targetFrom, pathTo, joined.b.subarray(k));
    else for (let p = targetFrom; p < pathTo; p++) joined.b[k++] = b[p];
    joined.b[k] = 10;
    return runtime.route(joined.b, joined.v, 0, k);
  }
}
