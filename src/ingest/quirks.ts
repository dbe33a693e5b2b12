/**
 * Pairs of lines that are one request, and numbers that are not what they seem:
 *  - gunicorn logs a request twice if the application's generator raises on its first step: with the real duration and "None" (or 200
 *    and no bytes), then with 500 and the duration of the error handler;
 *  - a worker that gunicorn kills for its timeout logs the request with the duration of the error handler;
 *  - hypercorn logs a request twice if its client leaves: when the client leaves (status "-") and when the application has answered;
 *  - hypercorn 0.15 and 0.16 log every request twice: with its answer, and with status "-" when its stream is closed later.
 * Only lines after one that starts such a case are checked, so that other lines cost little.
 */
import type { RequestBatch } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { Quirk } from '../core/format.ts';
import { appendRow, type Row, removeRow } from './rows.ts';

/** A row that waits for its second line is given as it is after so many further rows. */
const PATIENCE_ROWS = 5000;
/** µs: gunicorn's error handler takes less. */
const HANDLER_MICROS = 250_000;
/** The first of two lines is looked for among so many rows. */
const LOOK_BACK_ROWS = 64;

interface Waiting {
  readonly row: Row;
  /** Identifies the request. */
  readonly key: string;
  /** Number of rows that had been seen when it began to wait. */
  readonly since: number;
}

/** An answered request. A later line may be about the closing of its stream. */
interface Answered {
  readonly worker: number;
  readonly route: number;
  readonly client: number;
  /** End (µs since 1970 UTC) and duration (µs) of the request. */
  readonly end: number;
  readonly duration: number;
  readonly line: string;
  isClosed: boolean;
}

/** "[…] [123] [INFO] 203.0.113.7:52134 - - […": the port identifies the connection. */
const peerOf = (line: string): string | undefined => /\] (\S+:\d+) - - \[/.exec(line)?.[1];

export class Quirks {
  readonly #kinds: ReadonlySet<Quirk>;
  readonly #workers: Dictionary;
  /** First lines of pairs that wait for their second line. */
  #waiting: Waiting[] = [];
  /** Workers that were killed and have not yet logged the request they were running. */
  readonly #killed = new Set<string>();
  #seen = 0;
  /** The first line of a pair may precede everything that was read. */
  lacksFirst = false;
  /** The requests answered last, newest last. */
  #answered: Answered[] = [];

  constructor(kinds: readonly Quirk[], workers: Dictionary) {
    this.#kinds = new Set(kinds);
    this.#workers = workers;
  }

  /** Whether no pair is open. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#killed.size === 0;
  }

  /** What follows is elsewhere in the input. */
  forget(): void {
    this.#waiting = [];
    this.#answered = [];
    this.#killed.clear();
  }

  /** The server says that a worker failed at a request, or is killed during one. */
  event(kind: 'error' | 'timeout', worker: string, batch: RequestBatch): void {
    if (kind === 'timeout' && this.#kinds.has('killed-500')) this.#killed.add(worker);
    if (kind !== 'error' || !this.#kinds.has('double-500')) return;
    // A "200" without bytes is the first of two lines if the error and the second line follow.
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

  /** Remembers the rows from `from` on, none of which starts a pair, as a later line may be about the closing of their stream. */
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
   * The answered request whose stream a line without status closes: as far as the stamps show, both lines have the same start, and the
   * stream was closed after the answer.
   */
  #closes(batch: RequestBatch, i: number, peer: string | undefined): Answered | undefined {
    const tick = batch.facts.resolutionMicros;
    return this.#answered.findLast((one) => {
      if (one.isClosed || one.worker !== batch.worker[i] || one.route !== batch.route[i]) return false;
      if (one.client !== batch.client[i] || peerOf(one.line) !== peer) return false;
      const longer = batch.duration[i] - one.duration;
      const later = batch.time[i] - one.end;
      // Without durations, both lines must be written at about the same time.
      return Number.isNaN(longer) ? Math.abs(later) <= tick : longer >= 0 && Math.abs(later - longer) <= tick;
    });
  }

  /**
   * Settles the rows of the batch from `from` on: they may be removed, changed, or appended. `lineOf` gives the text of the line at an
   * offset.
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

  /** @returns whether the row was removed, to wait for its second line */
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

  /** @returns whether the row was removed: to wait for its second line, or because it is the second line of a request that has a row */
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

  /** Appends a waiting row. If there is no room, as when hundreds of workers are killed at once, it continues to wait. */
  #give(batch: RequestBatch, waiting: Waiting): void {
    if (batch.length === batch.time.length) return;
    this.#forget(waiting);
    appendRow(batch, waiting.row);
  }

  /** At the end of the input: appends one row whose second line did not come; false: there is none. */
  giveOne(batch: RequestBatch): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    this.#give(batch, first);
    return true;
  }
}
