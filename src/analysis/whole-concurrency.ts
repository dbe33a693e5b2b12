/** How many requests of a long log ran at once: what the followed part shows for each stratum, extended to all of the log's time in it. */
import type { ServerInference } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';
import type { RequestTable } from '../core/table.ts';
import type { Known } from './known-steps.ts';
import { busyShareOf, FIRST_FULL, STRATA, slotsAt } from './strata.ts';

export function concurrencyOf(
  inference: ServerInference,
  table: RequestTable,
  known: Known,
): Pick<ServerInference['concurrency'], 'p95' | 'saturatedMicros' | 'saturatedRatio'> {
  const { steps, step } = known.strata;
  const full = fullShares(inference, known);
  const micros = sumOf(steps) * step;
  const saturatedMicros = step * sumOf(steps.map((count, s) => count * full[s]));
  return {
    p95: quantileOfLevels(levelsOfAll(inference, table, known), 0.95),
    saturatedMicros,
    saturatedRatio: micros > 0 ? saturatedMicros / micros : 0,
  };
}

/** µs of the whole log at each number of requests in service (index). */
function levelsOfAll(inference: ServerInference, table: RequestTable, known: Known): readonly number[] {
  const { from, step, steps, stratum } = known.strata;
  const slots = slotsAt(inference);
  // Requests are spread evenly over their ticks, because the inferred times within a tick may be crowded together.
  const levels = timesAt(spreadInTicks(table), known, (level, instant) => Math.min(level, slots(instant)));
  const all: number[] = [];
  const add = (level: number, micros: number) => {
    while (all.length <= level) all.push(0);
    all[level] += micros;
  };
  const placed = levels.map(sumOf);
  for (let s = 0; s < STRATA; s++) {
    levels[s].forEach((at, level) => {
      if (placed[s] > 0) add(level, (steps[s] * step * at) / placed[s]);
    });
  }
  // For a stratum of which nothing was followed, only its share of busy slots is known.
  stratum.forEach((s, k) => {
    if (placed[s] === 0) add(Math.round(busyShareOf(s) * slots(from + k * step)), step);
  });
  return all;
}

/**
 * By stratum: share of its time in which all slots were busy, at the instants that `isOf` accepts; if none of these was followed, at all
 * other instants.
 */
export function fullShares(
  inference: ServerInference,
  known: Known,
  isOf: (instant: number) => boolean = () => true,
): Float64Array {
  const slots = slotsAt(inference);
  const full = timesAt(
    inference.requests,
    known,
    // The four kinds of time that are destructured below, by index.
    (level, instant) => (isOf(instant) ? 2 : 0) + (level >= slots(instant) ? 1 : 0),
  );
  return Float64Array.from(full, ([otherIdle = 0, otherFull = 0, ownIdle = 0, ownFull = 0], s) => {
    const own = ownFull + ownIdle;
    if (own > 0) return ownFull / own;
    const other = otherFull + otherIdle;
    // A stratum of a full pool counts as full if nothing of it was followed.
    return other > 0 ? otherFull / other : s >= FIRST_FULL ? 1 : 0;
  });
}

/**
 * By stratum, and by the value that `of` assigns to a number of running requests at an instant: µs at that value within the known steps.
 */
function timesAt(
  { start, end }: Pick<ServerInference['requests'], 'start' | 'end'>,
  { strata, isKnown }: Known,
  of: (level: number, instant: number) => number,
): number[][] {
  const times: number[][] = Array.from({ length: STRATA }, () => []);
  const within = knownWithin(strata, isKnown);
  const up = start.filter((at, row) => at <= end[row]).sort();
  const down = end.filter((at, row) => at >= start[row]).sort();
  let level = 0;
  for (let i = 0, j = 0; j < down.length; ) {
    const isStart = i < up.length && up[i] < down[j];
    const since = isStart ? up[i++] : down[j++];
    level += isStart ? 1 : -1;
    const until = Math.min(up[i] ?? Number.POSITIVE_INFINITY, down[j] ?? since);
    within(since, until, (stratum, begin, micros) => {
      const value = of(level, begin);
      const at = times[stratum];
      while (at.length <= value) at.push(0);
      at[value] += micros;
    });
  }
  return times;
}

type TellStep = (stratum: number, begin: number, micros: number) => void;

/** Calls `tell` for each known step that the interval [since, until) overlaps, with the overlap. Intervals must come in the order of time. */
function knownWithin({ from, step, stratum }: Known['strata'], isKnown: Known['isKnown']) {
  let next = 0;
  return (since: number, until: number, tell: TellStep): void => {
    for (let k = Math.max(0, Math.floor((since - from) / step)); k < stratum.length; k++) {
      const begin = from + k * step;
      if (begin >= until) return;
      if (isKnown[k] === 0) {
        // Most of a long log lies between two known stretches: skip it.
        if (next <= k) next = isKnown.indexOf(1, k);
        if (next < 0) next = stratum.length;
        k = next - 1;
        continue;
      }
      tell(stratum[k], begin, Math.min(until, begin + step) - Math.max(since, begin));
    }
  };
}

/** Requests with the same stamp, spread evenly over its tick in line order. */
function spreadInTicks({ length, start, end, resolution }: RequestTable): { start: Float64Array; end: Float64Array } {
  const spread = { start: new Float64Array(length), end: new Float64Array(length) };
  for (let from = 0; from < length; ) {
    let to = from + 1;
    while (to < length && end[to] === end[from]) to++;
    for (let row = from; row < to; row++) {
      const late = ((row - from + 0.5) / (to - from)) * resolution[row];
      spread.start[row] = start[row] + late;
      spread.end[row] = end[row] + late;
    }
    from = to;
  }
  return spread;
}

function quantileOfLevels(time: readonly number[], share: number): number {
  const total = sumOf(time);
  let sum = 0;
  for (let level = 0; level < time.length; level++) if ((sum += time[level]) >= share * total) return level;
  return time.length - 1;
}
