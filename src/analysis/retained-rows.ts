/**
 * The requests kept whole for the inference: all of them while they fit, and beyond that whole stretches of time chosen
 * by a hash of their date, so that the choice does not depend on how the log was cut into pieces.
 *
 * Time is cut into blocks of one minute; blocks have a total order (by the hash of their eight-minute group, then by
 * number); of more than `all` rows, kept is the longest run of blocks in that order that holds at most `sample` rows. A part of the log holds at most as
 * many rows of each block as the whole, so whatever the whole keeps every part has kept, and merging parts and trimming
 * again gives exactly the whole's choice. A first block that alone is too large keeps its first rows.
 * An incident is rarely among them, so the busiest rows (`busiest-rows.ts`) are kept as well.
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

/** Ids of the right-hand side → ids of the left; and how many inputs the left has. */
export interface Translation {
  readonly workerIds: Int32Array;
  readonly threadIds: Int32Array;
  readonly routeIds: Int32Array;
  /** By number of a kind of lines there: its number here. */
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

/** A log of so many requests, or fewer, is kept whole. */
export const KEPT_WHOLE = 40_000;

export interface Retention {
  /** So many rows are kept all. */
  readonly all: number;
  /** Of more rows so many are kept: what a screenful of conclusions needs, at a tenth of the cost. */
  readonly sample: number;
  /** And so many of the busiest blocks of the log, of so many bytes each. */
  readonly busiestBlocks: number;
  readonly blockBytes: number;
}

export class RetainedRows {
  readonly retention: Retention;
  readonly #blocks = new Map<number, Block>();
  #busiest: BusiestRows;
  #count = 0;
  /** Blocks at or beyond this order are not kept. */
  #horizon = Number.POSITIVE_INFINITY;
  /** `table()`, until rows change. */
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

  /** Another log begins in an input. */
  begin(beginning: Beginning): void {
    this.#table = null;
    this.#beginnings.push(beginning);
  }

  get complete(): boolean {
    return this.#count === this.seen;
  }

  /** @param stream number of their kind of lines */
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

  /** Takes over the rows of the part that follows in the input; the maps translate its ids of names. */
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

  /** Ids of routes have changed. */
  renumberRoutes(routeIds: Int32Array): void {
    for (const { route, length } of this.#tables()) {
      for (let i = 0; i < length; i++) if (route[i] >= 0) route[i] = routeIds[route[i]];
    }
  }

  /** The tables that hold the rows, to be changed. */
  *#tables(): Generator<RequestTable> {
    this.#table = null;
    for (const { rows } of this.#blocks.values()) yield rows.table;
    yield* this.#busiest.tables();
  }

  /** Rows of `table()` whose waits and answers have been changed. */
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

  /** What another process needs to go on with these rows. */
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

/** Rows without a time are placed by their offset, a megabyte a block. */
function blockOf(rows: RequestTable, row: number): number {
  const instant = instantOf(rows, row);
  return Number.isNaN(instant) ? Math.floor(rows.offset[row] / (1 << 20)) : Math.floor(instant / MICROS_PER_MINUTE);
}
