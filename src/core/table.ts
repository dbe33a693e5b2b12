/**
 * Requests as growable columns in the order of their lines: what the inference, the lanes and the screen read.
 *
 * Here, and only here, a stamp becomes a start or an end, according to what the format says it means:
 *   end (or response start): `end` = stamp, `start` = stamp - duration;
 *   start:                   `start` = stamp, `end` = stamp + duration.
 * The true instant is in [value, value + resolution). Without a duration, the other value is NaN.
 */
import type { RequestBatch } from './batch.ts';

export interface RequestTable {
  readonly length: number;
  /** µs since 1970 UTC, lower bound; NaN: unknown. */
  readonly start: Float64Array;
  /** µs since 1970 UTC, lower bound; NaN: unknown. */
  readonly end: Float64Array;
  /** µs; NaN: unknown. */
  readonly duration: Float64Array;
  /** Queue time that the line itself states, µs; NaN: unknown. */
  readonly measuredWait: Float64Array;
  /** µs since 1970 UTC at which a proxy received the request; NaN: unknown. */
  readonly arrival: Float64Array;
  /** One tick of the stamp, µs. */
  readonly resolution: Float64Array;
  readonly worker: Int32Array;
  readonly thread: Int32Array;
  readonly route: Int32Array;
  readonly client: Uint32Array;
  readonly status: Uint16Array;
  readonly bytes: Float64Array;
  readonly offset: Float64Array;
  readonly source: Uint16Array;
}

type Columns = { -readonly [K in keyof RequestTable]: RequestTable[K] };

const emptyColumns = (capacity: number): Columns => ({
  length: 0,
  start: new Float64Array(capacity),
  end: new Float64Array(capacity),
  duration: new Float64Array(capacity),
  measuredWait: new Float64Array(capacity),
  arrival: new Float64Array(capacity),
  resolution: new Float64Array(capacity),
  worker: new Int32Array(capacity),
  thread: new Int32Array(capacity),
  route: new Int32Array(capacity),
  client: new Uint32Array(capacity),
  status: new Uint16Array(capacity),
  bytes: new Float64Array(capacity),
  offset: new Float64Array(capacity),
  source: new Uint16Array(capacity),
});

const columnNames = Object.keys(emptyColumns(0)).filter((name) => name !== 'length') as Exclude<
  keyof RequestTable,
  'length'
>[];

/** Shows a batch as a table: the stamp becomes a start or an end, and all other columns are shared, not copied. */
export class BatchNormaliser {
  #start = new Float64Array(0);
  #end = new Float64Array(0);
  #resolution = new Float64Array(0);
  #source = new Uint16Array(0);

  /** The result is valid until the next call, and until the batch is written to again. */
  rowsOf(batch: RequestBatch): RequestTable {
    // A batch has more rows than its capacity if settling a pair of lines appended one.
    const rows = batch.time.length;
    if (this.#start.length < rows) {
      this.#start = new Float64Array(rows);
      this.#end = new Float64Array(rows);
      this.#resolution = new Float64Array(rows);
      this.#source = new Uint16Array(rows);
    }
    const { time, duration, length } = batch;
    const { stampMeaning, resolutionMicros, lateMicros = 0 } = batch.facts;
    const start = this.#start;
    const end = this.#end;
    if (stampMeaning === 'start') {
      for (let i = 0; i < length; i++) {
        start[i] = time[i];
        end[i] = time[i] + duration[i];
      }
    } else {
      for (let i = 0; i < length; i++) {
        end[i] = time[i] - lateMicros;
        start[i] = end[i] - duration[i];
      }
    }
    this.#resolution.fill(resolutionMicros + lateMicros, 0, length);
    this.#source.fill(batch.source, 0, length);
    return {
      length,
      start,
      end,
      duration,
      measuredWait: batch.wait,
      arrival: batch.arrival,
      resolution: this.#resolution,
      worker: batch.worker,
      thread: batch.thread,
      route: batch.route,
      client: batch.client,
      status: batch.status,
      bytes: batch.bytes,
      offset: batch.offset,
      source: this.#source,
    };
  }
}

export class TableBuilder {
  #columns: Columns;
  #capacity: number;
  #normaliser: BatchNormaliser | null = null;

  constructor(capacity = 1024) {
    this.#capacity = capacity;
    this.#columns = emptyColumns(capacity);
  }

  /** The live table. Its columns may be longer than `length`, and are replaced when they grow. */
  get table(): RequestTable {
    return this.#columns;
  }

  get length(): number {
    return this.#columns.length;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(rows, this.#capacity * 2);
    const wider = emptyColumns(this.#capacity);
    for (const name of columnNames) wider[name].set(this.#columns[name]);
    wider.length = this.#columns.length;
    this.#columns = wider;
  }

  /** Copies rows [from, to) of a batch. */
  append(batch: RequestBatch, from = 0, to = batch.length): void {
    this.appendRows((this.#normaliser ??= new BatchNormaliser()).rowsOf(batch), from, to);
  }

  /** Copies rows [from, to) of another table. */
  appendRows(rows: RequestTable, from = 0, to = rows.length): void {
    const count = to - from;
    if (count <= 0) return;
    this.#reserve(this.#columns.length + count);
    const at = this.#columns.length;
    for (const name of columnNames) {
      const source = rows[name];
      const target = this.#columns[name];
      // Making a view of a typed array takes about as long as copying a dozen values.
      if (count < 12) for (let i = 0; i < count; i++) target[at + i] = source[from + i];
      else target.set(source.subarray(from, to), at);
    }
    this.#columns.length = at + count;
  }

  /** Removes the last `count` rows. */
  dropLast(count: number): void {
    this.#columns.length -= count;
  }

  /** Removes the first `count` rows, for a sliding window. */
  dropFirst(count: number): void {
    const c = this.#columns;
    for (const name of columnNames) c[name].copyWithin(0, count, c.length);
    c.length -= count;
  }
}

/** A new table with the given rows, in the given order. */
export function selectRows(table: RequestTable, rows: ArrayLike<number>): RequestTable {
  const picked = emptyColumns(rows.length);
  picked.length = rows.length;
  for (const name of columnNames) {
    const from = table[name];
    const to = picked[name];
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]];
  }
  return picked;
}

/** A table of the rows [from, to) that shares the memory of the columns. */
export function sliceRows(table: RequestTable, from: number, to: number): RequestTable {
  const view = { length: to - from } as Columns;
  for (const name of columnNames) view[name] = table[name].subarray(from, to) as never;
  return view;
}

/** The instant at which a row is placed: its end if known, otherwise its start. NaN: the line has no time. */
export const instantOf = (table: RequestTable, row: number): number =>
  Number.isNaN(table.end[row]) ? table.start[row] : table.end[row];
