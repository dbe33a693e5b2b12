/**
 * The requests kept whole for the inference: all of them while they fit, else whole stretches of time chosen by a hash of their date. So
 * the choice does not depend on how the log was cut into pieces.
 *
 * Time is cut into blocks of one minute. Blocks have a total order: by the hash of their eight-minute group, then by number. If there are
 * more than `all` rows, the longest run of first blocks in that order that holds at most `sample` rows is kept. A part of the log has at
 * most as many rows of each block as the whole. So every part has kept whatever the whole keeps, and merging parts and trimming again gives
 * exactly the whole's choice. If the first block alone is too large, its first rows are kept. An incident is rarely among these blocks, so
 * the busiest rows (`busiest-rows.ts`) are kept as well.
 */

import { endOfRun } from '../core/columns.ts';
import { mixBits } from '../core/random.ts';
import { instantOf, type RequestTable, sliceRows, TableBuilder } from '../core/table.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';
import { BusiestRows, type BusiestState } from './busiest-rows.ts';
import { type Beginning, inLineOrder } from './rows-in-order.ts';

const GROUP_BITS = 3;

/** Position of a block in the total order: a number that sorts by the hash of its group, then by the block itself. */
function orderOf(block: number): number {
  const group = Math.floor(block / (1 << GROUP_BITS));
  return mixBits(group ^ 0x2c1b3c6d) * (1 << GROUP_BITS) + (block - group * (1 << GROUP_BITS));
}

/** Maps ids of the right-hand side to ids of the left. `sourceShift`: number of inputs of the left. */
export interface Translation {
  readonly workerIds: Int32Array;
  readonly threadIds: Int32Array;
  readonly routeIds: Int32Array;
  /** Index: number of a kind of lines on the right; value: its number on the left. */
  readonly streams: readonly number[];
  readonly sourceShift: number;
}

export interface RetainedState {
  readonly retention: Retention;
  readonly seen: number;
  readonly horizon: number;
  readonly rows: RequestTable;
  readonly busiest: BusiestState;
  readonly beginnings: readonly Beginning[];
}

interface Block {
  readonly order: number;
  readonly rows: TableBuilder;
}

/** A log of at most this many requests is kept whole. */
export const KEPT_WHOLE = 40_000;

export interface Retention {
  /** Up to so many rows, all are kept. */
  readonly all: number;
  /** Of more rows, so many are kept: enough for a screenful of conclusions, at a tenth of the cost. */
  readonly sample: number;
  /** In addition, so many of the busiest blocks of the log, each of so many bytes. */
  readonly busiestBlocks: number;
  readonly blockBytes: number;
}

export class RetainedRows {
  readonly retention: Retention;
  readonly #blocks = new Map<number, Block>();
  #busiest: BusiestRows;
  #count = 0;
  /** Blocks whose order is at or beyond this are not kept. */
  #horizon = Number.POSITIVE_INFINITY;
  /** Cache of `table()`; null once rows change. */
  #table: RequestTable | null = null;
  /** Rows seen, kept or not. */
  seen = 0;
  readonly #beginnings: Beginning[] = [];

  constructor(retention: Retention) {
    this.retention = retention;
    this.#busiest = new BusiestRows(retention.busiestBlocks, retention.blockBytes);
  }

  get #limit(): number {
    return this.seen > this.retention.all ? this.retention.sample : this.retention.all;
  }

  get beginnings(): readonly Beginning[] {
    return this.#beginnings;
  }

  /** Another log begins within an input. */
  begin(beginning: Beginning): void {
    this.#table = null;
    this.#beginnings.push(beginning);
  }

  get complete(): boolean {
    return this.#count === this.seen;
  }

  /** @param stream number of the rows' kind of lines */
  add(rows: RequestTable, stream: number): void {
    this.seen += rows.length;
    this.#busiest.add(rows, stream);
    this.#addToBlocks(rows);
  }

  #addToBlocks(rows: RequestTable): void {
    this.#table = null;
    const { end, length } = rows;
    for (let from = 0; from < length; ) {
      const block = blockOf(rows, from);
      const begin = block * MICROS_PER_MINUTE;
      const behind = begin + MICROS_PER_MINUTE;
      let to = endOfRun(end, from + 1, length, begin, behind);
      // A row without an end is placed by its start.
      while (to < length && blockOf(rows, to) === block) to = endOfRun(end, to + 1, length, begin, behind);
      this.#addTo(block, rows, from, to);
      from = to;
    }
  }

  #addTo(number: number, rows: RequestTable, from: number, to: number): void {
    let block = this.#blocks.get(number);
    if (!block) {
      const order = orderOf(number);
      if (order >= this.#horizon) return;
      block = { order, rows: new TableBuilder(256) };
      this.#blocks.set(number, block);
    }
    block.rows.appendRows(rows, from, to);
    this.#count += to - from;
    if (this.#count > this.#limit) this.#trim();
  }

  #trim(): void {
    const inOrder = [...this.#blocks].sort((a, b) => a[1].order - b[1].order);
    const limit = this.#limit;
    while (this.#count > limit && inOrder.length > 1) {
      const [number, block] = inOrder.pop()!;
      this.#blocks.delete(number);
      this.#count -= block.rows.length;
      this.#horizon = block.order;
    }
    if (this.#count > limit) {
      const [, only] = inOrder[0];
      only.rows.dropLast(this.#count - limit);
      this.#count = limit;
    }
  }

  /** Adds the rows of the part that follows in the input; the maps translate its ids. */
  merge(right: RetainedRows, { workerIds, threadIds, routeIds, streams, sourceShift }: Translation): void {
    const translated = (rows: RequestTable): RequestTable => ({
      ...rows,
      worker: rows.worker.map((id) => (id < 0 ? id : workerIds[id])),
      thread: rows.thread.map((id) => (id < 0 ? id : threadIds[id])),
      route: rows.route.map((id) => (id < 0 ? id : routeIds[id])),
      source: rows.source.map((source) => source + sourceShift),
    });
    this.#busiest.merge(right.#busiest, streams, sourceShift, translated);
    this.seen += right.seen;
    this.#table = null;
    for (const { source, offset } of right.beginnings) this.begin({ source: source + sourceShift, offset });
    this.#horizon = Math.min(this.#horizon, right.#horizon);
    for (const [number, block] of this.#blocks) {
      if (block.order < this.#horizon) continue;
      this.#blocks.delete(number);
      this.#count -= block.rows.length;
    }
    for (const [number, block] of right.#blocks) {
      if (block.order >= this.#horizon) continue;
      this.#addTo(number, translated(block.rows.table), 0, block.rows.length);
    }
    if (this.#count > this.#limit) this.#trim();
  }

  /** Route ids have changed: `routeIds` maps old to new. */
  renumberRoutes(routeIds: Int32Array): void {
    for (const { route, length } of this.#tables()) {
      for (let i = 0; i < length; i++) if (route[i] >= 0) route[i] = routeIds[route[i]];
    }
  }

  /** The tables that hold the kept rows, for changes. */
  *#tables(): Generator<RequestTable> {
    this.#table = null;
    for (const { rows } of this.#blocks.values()) yield rows.table;
    yield* this.#busiest.tables();
  }

  /** Copies the waits and statuses of `rows`, changed rows of `table()`, to the kept rows. */
  tell(rows: RequestTable): void {
    const key = (table: RequestTable, row: number) => `${table.source[row]}/${table.offset[row]}`;
    const rowOf = new Map(Array.from({ length: rows.length }, (_, row) => [key(rows, row), row]));
    for (const table of this.#tables()) {
      for (let i = 0; i < table.length; i++) {
        const row = rowOf.get(key(table, i));
        if (row === undefined) continue;
        table.measuredWait[i] = rows.measuredWait[row];
        table.status[i] = rows.status[row];
      }
    }
  }

  /** Calls back with the route of every row. */
  forEachRoute(see: (route: number) => void): void {
    for (const { route, length } of this.#tables()) {
      for (let i = 0; i < length; i++) see(route[i]);
    }
  }

  /** Everything another process needs to continue with these rows. */
  state(): RetainedState {
    const all = new TableBuilder(this.#count);
    for (const block of this.#blocks.values()) all.appendRows(block.rows.table);
    return {
      retention: this.retention,
      seen: this.seen,
      horizon: this.#horizon,
      rows: sliceRows(all.table, 0, all.length),
      busiest: this.#busiest.state(),
      beginnings: this.#beginnings,
    };
  }

  static fromState({ retention, seen, horizon, rows, busiest, beginnings }: RetainedState): RetainedRows {
    const retained = new RetainedRows(retention);
    retained.#horizon = horizon;
    retained.#addToBlocks(rows);
    retained.seen = seen;
    for (const beginning of beginnings) retained.begin(beginning);
    retained.#busiest = BusiestRows.fromState(busiest, retention.busiestBlocks, retention.blockBytes);
    return retained;
  }

  /** The kept rows in the order of their lines, several inputs merged by time. */
  table(): RequestTable {
    this.#table ??= this.#inLineOrder();
    return this.#table;
  }

  #inLineOrder(): RequestTable {
    const all = new TableBuilder(this.#count);
    const blocks = [...this.#blocks].sort((a, b) => a[0] - b[0]);
    for (const [, block] of blocks) all.appendRows(block.rows.table);
    if (!this.complete) for (const rows of this.#busiest.whole()) all.appendRows(rows);
    return inLineOrder(all.table, !this.complete, this.#beginnings);
  }
}

/** Rows without a time are placed by their offset, one block per megabyte. */
function blockOf(rows: RequestTable, row: number): number {
  const instant = instantOf(rows, row);
  return Number.isNaN(instant) ? Math.floor(rows.offset[row] / (1 << 20)) : Math.floor(instant / MICROS_PER_MINUTE);
}
