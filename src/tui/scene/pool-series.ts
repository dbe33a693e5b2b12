/** The pool over time, one value per column of the axis: busy slots, queue, rate, errors and quantiles. */
import type { ServerInference } from '../../core/inference.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';
import type { LostRequest } from './lost-requests.ts';
import { type ExpectedPool, expectedPool } from './not-logged-yet.ts';
import type { PastColumns } from './past-columns.ts';
import type { PoolTile } from './pool-tile.ts';
import type { TilePart } from './tile-cache.ts';

export interface PoolSeries {
  /** Mean busy slots; null if no duration is known. */
  readonly busy: Float64Array | null;
  /** Mean requests in the queue; null if no wait is known. */
  readonly queue: Float64Array | null;
  /** Requests and 5xx answers per second. */
  readonly rate: Float64Array;
  readonly errors: Float64Array;
  /** µs; NaN where nothing ended. */
  readonly serviceP50: Float64Array;
  readonly serviceP95: Float64Array;
  readonly waitP50: Float64Array;
  readonly waitP95: Float64Array;
  /** The same for all requests, whether they pass the filter or not; null without a filter. */
  readonly all: { readonly busy: Float64Array; readonly queue: Float64Array; readonly rate: Float64Array } | null;
  /** Expected values of a live picture where not everything is logged yet; null: it does not end at the present, or there is a filter. */
  readonly expected: ExpectedPool | null;
}

/** Slots of the largest pool, if they changed; null: unknown or unbounded. */
export function mostSlots({ unbounded, capacity, regimes }: ServerInference): number | null {
  if (unbounded || capacity.value === null) return null;
  return regimes.reduce((most, one) => Math.max(most, one.capacity ?? 0), capacity.value);
}

/** Slots at the middle of each column; null: unbounded or unknown. */
export function slotsOfColumns({ unbounded, capacity, regimes }: ServerInference, axis: TimeAxis): Float64Array | null {
  if (unbounded || capacity.value === null) return null;
  const slots = new Float64Array(axis.columns).fill(capacity.value);
  const columnAfter = (instant: number) =>
    Math.min(axis.columns, Math.max(0, Math.ceil(columnOf(axis, instant) - 0.5)));
  for (const { from, to, capacity: own } of regimes)
    if (own !== null) slots.fill(own, columnAfter(from), columnAfter(to));
  return slots;
}

/**
 * "~" where numbers of requests in flight are rough: no limit is known that they could be held against, and the stamps are coarser than
 * what a typical request takes, so that neighbours are drawn as if they overlapped. Else "".
 */
export function roughlyAtOnce({ summary, requests }: Pick<Snapshot, 'summary' | 'requests'>): string {
  const typical = summary.service_time.p50;
  if (typical === null || requests.length === 0 || summary.server.capacity.value !== null) return '';
  return requests.resolution[requests.length - 1] > 1.1 * typical * MICROS_PER_SECOND ? '~' : '';
}

export interface PoolSeriesInput {
  readonly snapshot: Snapshot;
  readonly axis: TimeAxis;
  readonly parts: readonly TilePart<PoolTile>[];
  readonly past: PastColumns | null;
  readonly lost: readonly LostRequest[];
}

export function poolSeries({ snapshot, axis, parts, past, lost }: PoolSeriesInput): PoolSeries {
  const { columns, microsPerColumn } = axis;
  const slots = mostSlots(snapshot.inference) ?? Number.POSITIVE_INFINITY;
  const perSecond = MICROS_PER_SECOND / microsPerColumn;
  const column = () => new Float64Array(columns);
  const series = {
    busy: column(),
    queue: column(),
    rate: column(),
    errors: column(),
    serviceP50: column(),
    serviceP95: column(),
    waitP50: column(),
    waitP95: column(),
  };
  const all = parts[0]?.tile.all ? allSeries(columns, parts, slots, perSecond) : null;
  for (const { tile, from, to, column } of parts) {
    for (let at = from, x = column; at < to; at++, x++) {
      const forgotten = past !== null && x < past.until ? past : null;
      // Coarse stamps may put more into a column than there are slots, which the pool cannot have run.
      series.busy[x] = Math.min(slots, tile.busy[at] + (forgotten?.busy[x] ?? 0));
      series.queue[x] = tile.queue[at];
      series.rate[x] = tile.ends[at] * perSecond + (forgotten?.rate[x] ?? 0);
      series.errors[x] = tile.errors[at] * perSecond + (forgotten?.errors[x] ?? 0);
      series.serviceP50[x] = tile.serviceP50[at];
      series.serviceP95[x] = tile.serviceP95[at];
      series.waitP50[x] = tile.waitP50[at];
      series.waitP95[x] = tile.waitP95[at];
    }
  }
  // Requests that hung until the kill held a slot; under a filter they count for all requests only.
  for (const one of lost) addHeld(all ? all.busy : series.busy, slots, axis, one);
  return {
    ...series,
    busy: parts.some(({ tile }) => tile.timed) ? series.busy : null,
    queue: parts.some(({ tile }) => tile.waited) ? series.queue : null,
    all,
    expected: all ? null : expectedPool(snapshot, axis, series.busy, series.queue),
  };
}

/** Series of all requests, whether they pass the filter or not. */
function allSeries(columns: number, parts: PoolSeriesInput['parts'], slots: number, perSecond: number) {
  const [busy, queue, rate] = Array.from({ length: 3 }, () => new Float64Array(columns));
  for (const { tile, from, to, column } of parts) {
    if (!tile.all) continue;
    for (let at = from, x = column; at < to; at++, x++) {
      busy[x] = Math.min(slots, tile.all.busy[at]);
      queue[x] = tile.all.queue[at];
      rate[x] = tile.all.ends[at] * perSecond;
    }
  }
  return { busy, queue, rate };
}

function addHeld(busy: Float64Array, slots: number, axis: TimeAxis, { from, to }: LostRequest): void {
  const begin = Math.max(0, columnOf(axis, from));
  const end = Math.min(axis.columns, columnOf(axis, to));
  for (let column = Math.floor(begin); column < end; column++) {
    const share = Math.min(end, column + 1) - Math.max(begin, column);
    busy[column] = Math.min(slots, busy[column] + share);
  }
}
