/**
 * Lines of which two make one request, or whose numbers are not what they seem:
 *  - gunicorn logs a request twice when the application's generator raises on its first step: with the real duration and
 *    "None" (or 200 and no bytes), then with 500 and the duration of the error handler;
 *  - a worker that gunicorn kills for its time-out logs the request with the duration of the error handler;
 *  - hypercorn logs a request whose client left twice: when it left (status "-") and when the application has answered;
 *  - hypercorn 0.15 and 0.16 log every request twice: with its answer, and with status "-" when its stream is closed behind it.
 * Watched for only after a line that starts such a story, so that other lines cost little.
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

/** A request that was answered, and whose stream may be closed by a line of its own. */
interface Answered {
  readonly worker: number;
  readonly route: number;
  readonly client: number;
  /** End and duration of the request in µs. */
  readonly end: number;
  readonly duration: number;
  readonly line: string;
  isClosed: boolean;
}

/** "[…] [123] [INFO] 203.0.113.7:52134 - - […": the port names the connection. */
const peerOf = (line: string): string | undefined => /\] (\S+:\d+) - - \[/.exec(line)?.[1];

export class Quirks {
  readonly #kinds: ReadonlySet<Quirk>;
  readonly #workers: Dictionary;
  /** The first of two lines. */
  #waiting: Waiting[] = [];
  /** Workers that were killed and have yet to log what they were at. */
  readonly #killed = new Set<string>();
  #seen = 0;
  /** The first of two lines may stand before all that were read. */
  lacksFirst = false;
  /** The last requests answered, newest last. */
  #answered: Answered[] = [];

  constructor(kinds: readonly Quirk[], workers: Dictionary) {
    this.#kinds = new Set(kinds);
    this.#workers = workers;
  }

  /** Nothing is watched for. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#killed.size === 0;
  }

  /** What follows stands elsewhere. */
  forget(): void {
    this.#waiting = [];
    this.#answered = [];
    this.#killed.clear();
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

  /** Rows from `from` on that start no story: a line behind them may close one of theirs. */
  passed(batch: RequestBatch, from: number, lineOf: (offset: number) => string): void {
    if (!this.#kinds.has('disconnect-pair')) return;
    for (let i = Math.max(from, batch.length - LOOK_BACK_ROWS); i < batch.length; i++) this.#remember(batch, i, lineOf);
  }

  #remember(batch: RequestBatch, i: number, lineOf: (offset: number) => string): void {
    this.#answered.push({
      worker: batch.worker[i],
      route: batch.route[i],
      client: batch.client[i],
      end: batch.time[i],
      duration: batch.duration[i],
      line: lineOf(batch.offset[i]),
      isClosed: false,
    });
    if (this.#answered.length >= 2 * LOOK_BACK_ROWS) this.#answered = this.#answered.slice(-LOOK_BACK_ROWS);
  }

  /**
   * The answered request that a line without status closes: both began at the same moment, as far as their stamps tell, and the
   * stream was closed after the answer.
   */
  #closes(batch: RequestBatch, i: number, peer: string | undefined): Answered | undefined {
    const tick = batch.facts.resolutionMicros;
    return this.#answered.findLast((one) => {
      if (one.isClosed || one.worker !== batch.worker[i] || one.route !== batch.route[i]) return false;
      if (one.client !== batch.client[i] || peerOf(one.line) !== peer) return false;
      const longer = batch.duration[i] - one.duration;
      const later = batch.time[i] - one.end;
      // Without durations the two lines are written at once.
      return Number.isNaN(longer) ? Math.abs(later) <= tick : longer >= 0 && Math.abs(later - longer) <= tick;
    });
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
      const isOut = this.#kinds.has('disconnect-pair') ? this.#pair(batch, i, lineOf) : this.#double(batch, i);
      if (isOut) i--;
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

  /** true: the row was taken out, to wait for its second line, or as the second line of a request that has its row. */
  #pair(batch: RequestBatch, i: number, lineOf: (offset: number) => string): boolean {
    const left = batch.status[i] === 0;
    if (!left) this.#remember(batch, i, lineOf);
    if (!left && this.#waiting.length === 0) return false;
    const peer = peerOf(lineOf(batch.offset[i]));
    const closed = left ? this.#closes(batch, i, peer) : undefined;
    if (closed) {
      closed.isClosed = true;
      removeRow(batch, i);
      return true;
    }
    if (peer === undefined) return false;
    const key = `${batch.worker[i]} ${peer} ${batch.route[i]}`;
    const first = this.#waiting.find((waiting) => waiting.key === key);
    if (first) this.#forget(first);
    if (!left) return false;
    this.lacksFirst ||= first === undefined && this.#answered.length < LOOK_BACK_ROWS;
    this.#wait(removeRow(batch, i), key);
    return true;
  }

  #forget(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
  }

  /** Puts it behind the last row. Where there is no more room, as when hundreds of workers were killed at once, it waits on. */
  #give(batch: RequestBatch, waiting: Waiting): void {
    if (batch.length === batch.time.length) return;
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
