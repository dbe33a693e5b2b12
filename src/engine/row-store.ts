/**
 * The requests that a live view holds, the newest last: what their lines say, and where they are drawn. A view handed out stays valid: rows
 * are only appended behind it, and all other changes are made on a copy.
 */
import type { StreamFacts } from '../core/batch.ts';
import type { Placement, RowsRevision } from '../core/snapshot.ts';
import { instantOf, type RequestTable, sliceRows, TableBuilder } from '../core/table.ts';
import { FreeSlots } from './free-slots.ts';
import { emptyPlacement, placeByStamp, Turns } from './placement.ts';

/** Limit on slots per worker: placing a request scans the slots of its worker. */
const MOST_SLOTS = 64;

export class RowStore {
  #table = new TableBuilder(4096);
  #placement = emptyPlacement(4096);
  #stream: Uint8Array = new Uint8Array(4096);
  readonly facts: StreamFacts[] = [];
  #turns = new Turns();
  #slots = new FreeSlots();
  /** Identity of the rows in views; replaced when existing rows change (a rename, say). */
  #identity: object = {};
  /** Rows forgotten so far, which is also the number of row 0 counted since the beginning. */
  #first = 0;
  /** Rows ever added, and how many of them were withdrawn. */
  total = 0;
  withdrawn = 0;
  #settled = 0;
  #settledFrom = 0;

  get length(): number {
    return this.#table.length;
  }

  /** Number of row 0 counted since the beginning; such numbers stay valid when rows are forgotten. */
  get firstNumber(): number {
    return this.#first;
  }

  /** Slots per worker (from the inference) beyond which a request is not placed beside others. */
  set slotsPerWorker(slots: number) {
    this.#slots.limit = Math.min(slots, MOST_SLOTS);
  }

  add(rows: RequestTable, facts: StreamFacts): void {
    const from = this.#table.length;
    this.#table.appendRows(rows);
    this.total += rows.length;
    const { table } = this.#table;
    if (this.#stream.length < table.start.length) {
      this.#stream = grown(this.#stream, table.start.length);
      this.#placement = grownPlacement(this.#placement, table.start.length);
    }
    const stream = this.#streamOf(facts);
    const { slot, wait, turn, start, end } = this.#placement;
    for (let row = from; row < table.length; row++) {
      this.#stream[row] = stream;
      placeByStamp(this.#placement, table, row);
      slot[row] = this.#slots.take(table.worker[row], start[row], end[row]);
      wait[row] = table.measuredWait[row];
      turn[row] = this.#turns.of(table.worker[row]);
    }
  }

  /** Renames the workers of an input that turned out to be others; `workerOf` gives the new name. */
  rename(source: number, workerOf: (worker: number, offset: number) => number): void {
    const { length } = this.#table;
    const renamed = new TableBuilder(this.#table.table.start.length);
    renamed.appendRows(this.#table.table, 0, length);
    const { table } = renamed;
    const fresh = grownPlacement(this.#placement, this.#placement.start.length);
    const { limit } = this.#slots;
    this.#slots = new FreeSlots();
    this.#slots.limit = limit;
    this.#turns = new Turns();
    for (let row = 0; row < length; row++) {
      if (table.source[row] === source) table.worker[row] = workerOf(table.worker[row], table.offset[row]);
      fresh.slot[row] = this.#slots.take(table.worker[row], fresh.start[row], fresh.end[row]);
      fresh.turn[row] = this.#turns.of(table.worker[row]);
    }
    this.#table = renamed;
    this.#placement = fresh;
    this.#identity = {};
  }

  /** Drops the rows of an input. The others get new numbers, so that no examination that is under way is taken to be about them. */
  withdraw(source: number): void {
    const { table, length } = this.#table;
    const placement = this.#placement;
    const stream = this.#stream;
    const kept = new TableBuilder(table.start.length);
    this.#placement = emptyPlacement(table.start.length);
    this.#stream = new Uint8Array(table.start.length);
    for (let row = 0; row < length; row++) {
      if (table.source[row] === source) continue;
      for (const name of columnsOf(placement)) this.#placement[name][kept.length] = placement[name][row];
      this.#stream[kept.length] = stream[row];
      kept.appendRows(table, row, row + 1);
    }
    this.withdrawn += length - kept.length;
    this.#first += length;
    this.#table = kept;
    this.#identity = {};
  }

  #streamOf(facts: StreamFacts): number {
    const known = this.facts.indexOf(facts);
    if (known >= 0) return known;
    // The facts of a stream are kept in a byte: a log that keeps changing its format shares the last place.
    if (this.facts.length === 255) return 254;
    return this.facts.push(facts) - 1;
  }

  view(): { requests: RequestTable; placement: Placement; revision: RowsRevision } {
    const { length } = this.#table;
    return {
      requests: sliceRows(this.#table.table, 0, length),
      placement: slicePlacement(this.#placement, 0, length),
      revision: { table: this.#identity, first: this.#first, settled: this.#settled, settledFrom: this.#settledFrom },
    };
  }

  /** Rows from `from` on, as input of an examination. */
  window(from: number): { requests: RequestTable; stream: Uint8Array } {
    const { length } = this.#table;
    return { requests: sliceRows(this.#table.table, from, length), stream: this.#stream.slice(from, length) };
  }

  /** The rows whose lines are wanted, at most the last `most` of them, as input of an examination. */
  select(
    wanted: (source: number, offset: number, instant: number) => boolean,
    most = Number.POSITIVE_INFINITY,
  ): { requests: RequestTable; stream: Uint8Array } {
    const { table, length } = this.#table;
    const rows: number[] = [];
    for (let row = length - 1; row >= 0 && rows.length < most; row--) {
      if (wanted(table.source[row], table.offset[row], instantOf(table, row))) rows.push(row);
    }
    rows.reverse();
    const chosen = new TableBuilder(Math.max(1, rows.length));
    for (const row of rows) chosen.appendRows(table, row, row + 1);
    return {
      requests: sliceRows(chosen.table, 0, chosen.length),
      stream: Uint8Array.from(rows, (row) => this.#stream[row]),
    };
  }

  /** First row of those that ended at or after `instant`, limited to the `most` newest. */
  firstSince(instant: number, most: number): number {
    const { table } = this.#table;
    const least = Math.max(0, table.length - most);
    let row = table.length;
    // Lines are nearly in order of their ends: the search stops only after 64 early ones in a row.
    let late = 0;
    while (row > least && late < 64) {
      const at = instantOf(table, row - 1);
      late = at < instant ? late + 1 : 0;
      row--;
    }
    return Math.min(table.length, row + late);
  }

  /**
   * Takes over the placement that an examination inferred. `requests` are rows of this store; those of one input are in the order in which
   * they were added, but inputs may be interleaved differently. `number`: number of the first of them. `isLook`: a thorough examination,
   * whose waits replace earlier ones; other examinations only fill in missing waits, since drawn waits would otherwise jump.
   */
  settle(number: number, requests: RequestTable, placement: Placement, isLook = true): void {
    const from = Math.max(0, number - this.#first);
    const to = Math.min(this.#table.length, number - this.#first + requests.length);
    const fresh = grownPlacement(this.#placement, this.#placement.start.length);
    const { source, offset } = this.#table.table;
    const find = lineFinder(source, offset, from, to);
    for (let i = 0; i < requests.length; i++) {
      const row = find(requests.source[i], requests.offset[i]);
      if (row < 0) continue;
      fresh.start[row] = placement.start[i];
      fresh.end[row] = placement.end[i];
      fresh.uncertainty[row] = placement.uncertainty[i];
      fresh.slot[row] = placement.slot[i];
      // A live examination infers the waits of its newest requests only (others are negative or NaN).
      if (placement.wait[i] >= 0 && (isLook || !(fresh.wait[row] >= 0))) fresh.wait[row] = placement.wait[i];
    }
    this.#placement = fresh;
    this.#settled++;
    this.#settledFrom = Math.max(number, this.#first);
  }

  /** Removes and returns the first `count` rows. */
  dropFirst(count: number): { requests: RequestTable; placement: Placement } {
    const { length, table } = this.#table;
    const dropped = { requests: sliceRows(table, 0, count), placement: slicePlacement(this.#placement, 0, count) };
    const kept = new TableBuilder(Math.max(4096, (length - count) * 2));
    kept.appendRows(table, count, length);
    const capacity = kept.table.start.length;
    this.#placement = grownPlacement(slicePlacement(this.#placement, count, length), capacity);
    this.#stream = grown(this.#stream.subarray(count, length), capacity);
    this.#table = kept;
    this.#first += count;
    return dropped;
  }
}

/**
 * Finds the row of a line among rows [from, to); -1 if there is none. Lines of each input are nearly always asked for in the order of the
 * rows. Otherwise an index is used instead of a search, because rows that were forgotten meanwhile would each be searched in vain.
 */
function lineFinder(
  source: Uint16Array,
  offset: Float64Array,
  from: number,
  to: number,
): (wantedSource: number, wantedOffset: number) => number {
  const next: number[] = [];
  let all: Map<number, Map<number, number>> | null = null;
  const lookUp = (wantedSource: number, wantedOffset: number): number => {
    if (!all) {
      all = new Map();
      for (let row = from; row < to; row++) {
        let ofSource = all.get(source[row]);
        if (!ofSource) all.set(source[row], (ofSource = new Map()));
        ofSource.set(offset[row], row);
      }
    }
    return all.get(wantedSource)?.get(wantedOffset) ?? -1;
  };
  return (wantedSource, wantedOffset) => {
    let row = next[wantedSource] ?? from;
    while (row < to && source[row] !== wantedSource) row++;
    if (row >= to || offset[row] !== wantedOffset) row = lookUp(wantedSource, wantedOffset);
    if (row >= 0) next[wantedSource] = row + 1;
    return row;
  };
}

const columnsOf = (placement: Placement) => Object.keys(placement) as (keyof Placement)[];

function grown(values: Uint8Array, capacity: number): Uint8Array {
  const wider = new Uint8Array(capacity);
  wider.set(values.subarray(0, capacity));
  return wider;
}

function grownPlacement(placement: Placement, capacity: number): Placement {
  const wider = emptyPlacement(capacity);
  for (const name of columnsOf(wider)) wider[name].set(placement[name].subarray(0, capacity));
  return wider;
}

export const slicePlacement = (placement: Placement, from: number, to: number): Placement =>
  Object.fromEntries(
    Object.entries(placement).map(([name, column]) => [name, (column as Float64Array).subarray(from, to)]),
  ) as unknown as Placement;
