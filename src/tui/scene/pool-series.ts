/** The pool over time, one value per column of the axis: busy slots, queue, rate, errors and quantiles. */
import type { Snapshot } from '../../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import type { TimeAxis } from '../time-axis.ts';
import { Level } from './level.ts';
import type { PastColumns } from './past-columns.ts';
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
  past: PastColumns | null,
): PoolSeries {
  const { columns } = axis;
  const busy = new Level(columns);
  const queue = new Level(columns);
  const count = new Level(columns);
  const errors = new Level(columns);
  // Ends that are known to the column are counted, without fractions.
  const sure = new Float64Array(columns);
  const sureErrors = new Float64Array(columns);
  const service = new ColumnQuantiles(columns);
  const waits = new ColumnQuantiles(columns);
  let timed = false;
  let waited = false;
  const perColumn = 1 / axis.microsPerColumn;
  for (let i = 0; i < visible.count; i++) {
    const row = visible.rows[i];
    const from = visible.from[i];
    const to = visible.to[i];
    const slack = visible.slack[i];
    const wait = placement.wait[row];
    const micros = (to - from) * axis.microsPerColumn;
    if (to > from) {
      timed = true;
      busy.add(from, to);
    }
    if (wait >= 0) {
      waited = true;
      if (wait > 0) queue.add(from - wait * perColumn, from);
    }
    const isError = requests.status[row] >= 500;
    let first = Math.floor(to);
    let last = first;
    if (slack > 0.5) {
      // An end that is only known to lie somewhere counts in equal parts everywhere it may lie.
      count.add(to - slack, to + slack, 0.5 / slack);
      if (isError) errors.add(to - slack, to + slack, 0.5 / slack);
      first = Math.max(0, Math.floor(to - slack));
      last = Math.min(columns - 1, Math.ceil(to + slack) - 1);
    } else {
      if (!(first >= 0 && first < columns)) continue;
      sure[first]++;
      if (isError) sureErrors[first]++;
    }
    for (let column = first; column <= last; column++) {
      if (to > from) service.add(column, micros);
      if (wait >= 0) waits.add(column, wait);
    }
  }
  const slots = inference.unbounded ? Number.POSITIVE_INFINITY : (inference.capacity.value ?? Number.POSITIVE_INFINITY);
  const perSecond = MICROS_PER_SECOND / axis.microsPerColumn;
  const busyColumns = busy.values();
  const rate = count.values().map((value, column) => (value + sure[column]) * perSecond);
  const errorRate = errors.values().map((value, column) => (value + sureErrors[column]) * perSecond);
  for (let column = 0; past && column < past.until; column++) {
    busyColumns[column] += past.busy[column];
    rate[column] += past.rate[column];
    errorRate[column] += past.errors[column];
  }
  return {
    // Coarse stamps may put more into a column than there are slots; the pool cannot have.
    busy: timed ? busyColumns.map((value) => Math.min(value, slots)) : null,
    queue: waited ? queue.values() : null,
    rate,
    errors: errorRate,
    serviceP50: service.quantile(0.5),
    serviceP95: service.quantile(0.95),
    waitP95: waits.quantile(0.95),
  };
}

/** Octaves from 1 µs to 2^31 µs (36 min), eight bins each: the bin is within 6 % of the value, as fine as a chart can show. */
const BINS = 31 * 8;

function binOf(micros: number): number {
  const value = micros < 1 ? 1 : micros > 0x7fffffff ? 0x7fffffff : micros | 0;
  const octave = 31 - Math.clz32(value);
  const eighth = octave < 3 ? (value << (3 - octave)) & 7 : (value >> (octave - 3)) & 7;
  return octave * 8 + eighth;
}

/** Middle of a bin, µs. */
const middleOf = (bin: number): number => 2 ** Math.floor(bin / 8) * (1 + ((bin % 8) + 0.5) / 8);

/** A histogram per column, small enough to be filled anew for every picture. */
class ColumnQuantiles {
  readonly #bins: Uint16Array;
  readonly #counts: Uint32Array;

  constructor(columns: number) {
    this.#bins = new Uint16Array(columns * BINS);
    this.#counts = new Uint32Array(columns);
  }

  add(column: number, micros: number): void {
    const at = column * BINS + binOf(micros);
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
        values[column] = bin === 0 ? 0 : middleOf(bin);
        break;
      }
    }
    return values;
  }
}
