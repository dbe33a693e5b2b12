/** The pool over time, one value per column of the axis: busy slots, queue, rate, errors and quantiles. */
import type { Snapshot } from '../../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';
import { Level } from './level.ts';
import type { VisibleRows } from './visible-rows.ts';

export interface PoolSeries {
  /** Mean busy slots; null where no duration is known. */
  readonly busy: Float64Array | null;
  /** Mean requests in the queue; null where no wait is known. */
  readonly queue: Float64Array | null;
  /** Requests and 5xx answers per second. */
  readonly rate: Float64Array;
  readonly errors: Float64Array;
  /** µs, NaN where nothing ended. */
  readonly serviceP50: Float64Array;
  readonly serviceP95: Float64Array;
  readonly waitP95: Float64Array;
}

export function poolSeries(
  { requests, placement, inference }: Snapshot,
  visible: VisibleRows,
  axis: TimeAxis,
): PoolSeries {
  const { columns } = axis;
  const busy = new Level(columns);
  const queue = new Level(columns);
  const count = new Level(columns);
  const errors = new Level(columns);
  const service = new ColumnQuantiles(columns);
  const waits = new ColumnQuantiles(columns);
  let timed = false;
  let waited = false;
  for (let i = 0; i < visible.count; i++) {
    const row = visible.rows[i];
    const start = placement.start[row];
    const end = placement.end[row];
    const wait = placement.wait[row];
    const ended = end === end ? end : start;
    const from = columnOf(axis, start);
    const to = columnOf(axis, ended);
    if (ended > start) {
      timed = true;
      busy.add(from, to);
    }
    if (wait >= 0) {
      waited = true;
      if (wait > 0) queue.add(columnOf(axis, start - wait), from);
    }
    // An end that is only known to lie somewhere counts in equal parts everywhere it may lie.
    const slack = Math.max(0.5, placement.uncertainty[row] / axis.microsPerColumn || 0);
    const middle = slack > 0.5 ? to : Math.floor(to) + 0.5;
    count.add(middle - slack, middle + slack, 0.5 / slack);
    if (requests.status[row] >= 500) errors.add(middle - slack, middle + slack, 0.5 / slack);
    const last = Math.min(columns - 1, Math.ceil(middle + slack) - 1);
    for (let column = Math.max(0, Math.floor(middle - slack)); column <= last; column++) {
      if (ended > start) service.add(column, ended - start);
      if (wait >= 0) waits.add(column, wait);
    }
  }
  const slots = inference.unbounded ? Number.POSITIVE_INFINITY : (inference.capacity.value ?? Number.POSITIVE_INFINITY);
  const perSecond = MICROS_PER_SECOND / axis.microsPerColumn;
  return {
    // Coarse stamps may put more into a column than there are slots; the pool cannot have.
    busy: timed ? busy.values().map((value) => Math.min(value, slots)) : null,
    queue: waited ? queue.values() : null,
    rate: count.values().map((value) => value * perSecond),
    errors: errors.values().map((value) => value * perSecond),
    serviceP50: service.quantile(0.5),
    serviceP95: service.quantile(0.95),
    waitP95: waits.quantile(0.95),
  };
}

/** Octaves from 1 µs to 2^36 µs, eight bins each: the bin is within 6 % of the value, as fine as a chart can show. */
const BINS = 36 * 8;

/** A histogram per column, small enough to be filled anew for every picture. */
class ColumnQuantiles {
  readonly #bins: Uint16Array;
  readonly #counts: Uint32Array;

  constructor(columns: number) {
    this.#bins = new Uint16Array(columns * BINS);
    this.#counts = new Uint32Array(columns);
  }

  add(column: number, micros: number): void {
    const bin = micros < 1 ? 0 : Math.min(BINS - 1, Math.floor(Math.log2(micros) * 8));
    const at = column * BINS + bin;
    if (this.#bins[at] < 65_535) this.#bins[at]++;
    this.#counts[column]++;
  }

  quantile(share: number): Float64Array {
    const values = new Float64Array(this.#counts.length).fill(Number.NaN);
    for (let column = 0; column < values.length; column++) {
      let rank = Math.ceil(this.#counts[column] * share);
      if (rank === 0) continue;
      for (let bin = 0; bin < BINS; bin++) {
        rank -= this.#bins[column * BINS + bin];
        if (rank > 0) continue;
        values[column] = bin === 0 ? 0 : 2 ** ((bin + 0.5) / 8);
        break;
      }
    }
    return values;
  }
}
