/**
 * Lines of which two make one request, or whose numbers are not what they seem:
 *  - gunicorn logs a request twice when the application's generator raises on its first step: with the real duration and
 *    "None" (or 200 and no bytes), then with 500 and the duration of the error handler;
 *  - a worker that gunicorn kills for its time-out logs the request with the duration of the error handler;
 *  - hypercorn logs a request whose client left twice: when it left (status "-") and when the application has answered.
 * Watched for only after a line that starts such a story, so that other lines cost nothing.
 */
import type { RequestBatch } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { Quirk } from '../core/format.ts';
import { appendRow, type Row, removeRow } from './rows.ts';

/** Rows that may pass before a row that waits for its second line is given as it is. */
const PATIENCE_ROWS = 5000;
/** gunicorn's error handler takes less. */
const HANDLER_MICROS = 250_000;
/** Rows looked back for the first of two lines. */
const LOOK_BACK_ROWS = 64;

interface Waiting {
  readonly row: Row;
  /** What names the request. */
  readonly key: string;
  /** Rows that had been seen when it began to wait. */
  readonly since: number;
}

export class Quirks {
  readonly #kinds: ReadonlySet<Quirk>;
  readonly #workers: Dictionary;
  /** The first of two lines. */
  #waiting: Waiting[] = [];
  /** Workers that were killed and have yet to log what they were at. */
  readonly #killed = new Set<string>();
  #seen = 0;

  constructor(kinds: readonly Quirk[], workers: Dictionary) {
    this.#kinds = new Set(kinds);
    this.#workers = workers;
  }

  /** Nothing is watched for. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#killed.size === 0;
  }

  /** The server says that a worker failed at a request, or is killed at one. */
  event(kind: 'error' | 'timeout', worker: string, batch: RequestBatch): void {
    if (kind === 'timeout' && this.#kinds.has('killed-500')) this.#killed.add(worker);
    if (kind !== 'error' || !this.#kinds.has('double-500')) return;
    // "200" with no bytes, then the error: the first of two lines, if the second follows.
    const id = this.#workers.find(worker);
    const oldest = Math.max(0, batch.length - LOOK_BACK_ROWS);
    for (let i = batch.length - 1; i >= oldest && id >= 0; i--) {
      if (batch.worker[i] !== id) continue;
      if (batch.status[i] === 200 && !(batch.bytes[i] > 0)) this.#wait(removeRow(batch, i), `${id}`);
      return;
    }
  }

  #wait(row: Row, key: string): void {
    this.#waiting.push({ row, key, since: this.#seen });
  }

  /**
   * Settles the rows of the batch from `from` on; `lineOf` gives the text of a row's line. Rows are taken out, changed, or put
   * behind the last one.
   */
  settle(batch: RequestBatch, from: number, lineOf: (offset: number) => string): void {
    for (let i = from; i < batch.length; i++) {
      this.#seen++;
      if (this.#killed.size > 0 && this.#killed.delete(this.#workers.text(batch.worker[i]))) {
        if (batch.status[i] === 500) batch.duration[i] = Number.NaN;
      }
      const waits = this.#kinds.has('disconnect-pair') ? this.#pair(batch, i, lineOf) : this.#double(batch, i);
      if (waits) i--;
    }
    const [overdue] = this.#waiting;
    if (overdue && this.#seen - overdue.since > PATIENCE_ROWS) this.#give(batch, overdue);
  }

  /** true: the row was taken out, to wait for its second line. */
  #double(batch: RequestBatch, i: number): boolean {
    if (!this.#kinds.has('double-500')) return false;
    const key = `${batch.worker[i]}`;
    const first = this.#waiting.find((waiting) => waiting.key === key);
    if (first) {
      const isSecond =
        batch.status[i] === 500 && batch.route[i] === first.row.route && !(batch.duration[i] > HANDLER_MICROS);
      if (isSecond) {
        this.#forget(first);
        batch.time[i] = first.row.time;
        batch.duration[i] = first.row.duration;
        batch.offset[i] = first.row.offset;
      } else this.#give(batch, first);
      return false;
    }
    if (batch.status[i] !== 0 || batch.worker[i] < 0) return false;
    this.#wait(removeRow(batch, i), key);
    return true;
  }

  #pair(batch: RequestBatch, i: number, lineOf: (offset: number) => string): boolean {
    const left = batch.status[i] === 0;
    if (!left && this.#waiting.length === 0) return false;
    // "[…] [123] [INFO] 203.0.113.7:52134 - - […": the port names the connection.
    const peer = /\] (\S+:\d+) - - \[/.exec(lineOf(batch.offset[i]))?.[1];
    if (peer === undefined) return false;
    const key = `${batch.worker[i]} ${peer} ${batch.route[i]}`;
    const first = this.#waiting.find((waiting) => waiting.key === key);
    if (first) this.#forget(first);
    if (!left) return false;
    this.#wait(removeRow(batch, i), key);
    return true;
  }

  #forget(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
  }

  #give(batch: RequestBatch, waiting: Waiting): void {
    this.#forget(waiting);
    appendRow(batch, waiting.row);
  }

  /** At the end of the input: puts one row whose second line did not come behind the others; false when there is none. */
  giveOne(batch: RequestBatch): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    this.#give(batch, first);
    return true;
  }
}
