/** How many requests of a long log ran at once, as the followed part of it tells for each stratum. */
import type { ServerInference } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';
import type { RequestTable } from '../core/table.ts';
import type { Known } from './known-steps.ts';
import { busyShareOf, FIRST_FULL, STRATA, slotsAt } from './strata.ts';

/** How many ran at once, for how much of the time of each stratum. */
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

/** µs of the whole log at each number of requests that ran at once. */
function levelsOfAll(inference: ServerInference, table: RequestTable, known: Known): readonly number[] {
  const { from, step, steps, stratum } = known.strata;
  const slots = slotsAt(inference);
  // Histories put those together who may have come together; of how many ran at once the ticks tell no more than that they were spread.
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
  // Of a stratum of which nothing was followed its share of the slots is known.
  stratum.forEach((s, k) => {
    if (placed[s] === 0) add(Math.round(busyShareOf(s) * slots(from + k * step)), step);
  });
  return all;
}

/** Share of the time of each stratum in which all slots were busy: of the pool at `isOf`, or of all where that one was not followed. */
export function fullShares(
  inference: ServerInference,
  known: Known,
  isOf: (instant: number) => boolean = () => true,
): Float64Array {
  const slots = slotsAt(inference);
  const full = timesAt(
    inference.requests,
    known,
    (level, instant) => (level >= slots(instant) ? 1 : 0) + (isOf(instant) ? 2 : 0),
  );
  return Float64Array.from(full, ([elsewhereNot = 0, elsewhere = 0, not = 0, own = 0], s) => {
    if (own + not > 0) return own / (own + not);
    const all = elsewhere + elsewhereNot;
    // A stretch of a full pool of which nothing was followed was full.
    return all > 0 ? elsewhere / all : s >= FIRST_FULL ? 1 : 0;
  });
}

/** µs at each value of `of` the number of requests running, in the known steps of each stratum. */
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

/** Calls `tell` with each known step that the interval [since, until) reaches into, and how far; intervals in order of time. */
function knownWithin({ from, step, stratum }: Known['strata'], isKnown: Known['isKnown']) {
  let next = 0;
  return (since: number, until: number, tell: TellStep): void => {
    for (let k = Math.max(0, Math.floor((since - from) / step)); k < stratum.length; k++) {
      const begin = from + k * step;
      if (begin >= until) return;
      if (isKnown[k] === 0) {
        // Between two stretches that are known lies most of a long log.
        if (next <= k) next = isKnown.indexOf(1, k);
        if (next < 0) next = stratum.length;
        k = next - 1;
        continue;
      }
      tell(stratum[k], begin, Math.min(until, begin + step) - Math.max(since, begin));
    }
  };
}

/** Requests with one stamp end evenly over its tick, in the order of their lines. */
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
