/**
 * Finds a stretch of a long log in which requests took many times as long as usual. Next to no request of it is kept, so nothing else reports
 * it. The timeline has only the number of requests and their busy time. So a stretch is reported only if a few long requests at random, more
 * requests than usual, or as large a load do not explain it. Whether callers asked for other things cannot be seen.
 */
import type { ServerInference } from '../core/inference.ts';
import { likeliestStretch } from '../core/likeliest-stretch.ts';
import { countUpTo, medianOf, sumOf } from '../core/statistics.ts';
import { instantOf } from '../core/table.ts';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../core/time.ts';
import type { FollowedPart } from './followed-part.ts';
import { logsServices } from './known-steps.ts';
import { requestsIn } from './not-followed.ts';
import type { Partial } from './partial.ts';
import { KEPT_WHOLE } from './retained-rows.ts';
import { coarserView } from './timeline.ts';

/** s: windows of the timeline whose mean service times are compared; those with fewer requests are not. */
const WINDOW = 30;
const MINIMUM_OF_WINDOW = 5;
/** A window is slow from so many times the usual mean on; most of a stretch is, few of the log are, and its mean is at least so many times as long. */
const SLOW = 2.5;
const MOSTLY = 0.6;
const MOST_USUALLY = 0.3;
const TIMES = 3;
/** Windows of a stretch without its edges, in which requests of before and behind it end, and their requests. */
const MINIMUM_WINDOWS = 5;
const MINIMUM_REQUESTS = 50;
/** Windows before and behind it: half an hour; the fewest that tell what was usual then. */
const AROUND = 60;
const MINIMUM_AROUND = 10;
/** Share of the requests that must carry its work at least, and times the share of those that came on top of what is usual around it, and most of those. */
const MINIMUM_CARRIERS = 0.1;
const BEYOND_ADDED = 2;
const MOST_ADDED = 0.25;
/** Standard deviations: one in a hundred. */
const SURE = 2.33;
/** Windows elsewhere with as many requests that must have been quick. */
const AS_BUSY = 0.9;
const MINIMUM_BESIDE = 10;
/** If at least this share of its requests is kept, findings about requests report it. */
const MOST_KEPT = 0.2;
/** µs that are read before and after it, to show what is usual: the longest that can still be followed completely. */
const MARGINS = [30, 20, 10, 5, 1].map((minutes) => minutes * MICROS_PER_MINUTE);

export interface Windows {
  readonly requests: Float64Array;
  /** µs */
  readonly busyMicros: Float64Array;
}

/** Positions of windows [first, behind). */
export interface SlowWindows {
  readonly first: number;
  readonly behind: number;
  /** µs: mean service time then, and usually. */
  readonly mean: number;
  readonly usual: number;
  /** µs of slots beyond what as many requests usually take. */
  readonly excessMicros: number;
  /** false: a few long requests at random, or others on top of the usual ones, may have made it. */
  readonly isSure: boolean;
}

export function slowStretches(
  inference: ServerInference,
  partial: Partial,
  { table, view }: FollowedPart,
): Pick<ServerInference, 'slowStretches' | 'slowNotFollowed'> {
  if (!logsServices(partial) || view.stepSeconds > WINDOW) return {};
  const windows = coarserView(view, (view.requests.length * view.stepSeconds) / WINDOW);
  const step = WINDOW * MICROS_PER_SECOND;
  const durations = partial.routeCounts.durations();
  const instants = Float64Array.from({ length: table.length }, (_, row) => instantOf(table, row)).sort();
  const stretches = slowWindows(windows, (micros) => durations.countFrom(micros)).map((slow) => ({
    ...slow,
    ...{ from: windows.from + slow.first * step, to: windows.from + slow.behind * step },
  }));
  const slow = stretches.map(({ from, to }) => ({ from, to })).sort((a, b) => a.from - b.from);
  const untold = stretches.filter(({ first, behind, from, to, isSure }) => {
    const { notFollowed } = inference;
    const isFull = notFollowed !== undefined && notFollowed.from < to && notFollowed.to > from;
    const kept = countUpTo(instants, to) - countUpTo(instants, from);
    return isSure && !isFull && kept < MOST_KEPT * sumOf(windows.requests.subarray(first, behind));
  });
  if (untold.length === 0) return { slowStretches: slow };
  const worst = untold.reduce((most, one) => (one.excessMicros > most.excessMicros ? one : most));
  const { first, behind, from, to, mean, usual, excessMicros } = worst;
  const around = MARGINS.find((margin) => requestsIn(view, from - margin, to + margin) <= KEPT_WHOLE);
  const margin = around ?? MARGINS[MARGINS.length - 1];
  return {
    slowStretches: slow,
    slowNotFollowed: {
      ...{ from, to, mean, usual, excessMicros },
      ...{ lookFrom: from - margin, lookTo: to + margin, isFollowed: around !== undefined },
      requests: sumOf(windows.requests.subarray(first, behind)),
      busySlots: sumOf(windows.busyMicros.subarray(first, behind)) / (to - from),
      stretches: untold.length,
    },
  };
}

/** @param countFrom requests of the whole log that took so many µs or longer */
export function slowWindows({ requests, busyMicros }: Windows, countFrom: (micros: number) => number): SlowWindows[] {
  const judged = Array.from(requests.keys()).filter((k) => requests[k] >= MINIMUM_OF_WINDOW);
  const usual = usualMean(judged, requests, busyMicros);
  const isSlow = (at: number) => busyMicros[judged[at]] >= SLOW * usual * requests[judged[at]];
  const share = judged.filter((_, at) => isSlow(at)).length / judged.length;
  if (!(usual > 0 && share > 0 && share <= MOST_USUALLY)) return [];
  const found: SlowWindows[] = [];
  const ranges = [{ from: 0, to: judged.length }];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const stretch = likeliestStretch(isSlow, share, MOSTLY, range.from, range.to);
    if (!stretch) continue;
    ranges.push({ from: range.from, to: stretch.first }, { from: stretch.last + 1, to: range.to });
    const slow = comparedWithAround(
      { requests, busyMicros },
      judged[stretch.first],
      judged[stretch.last] + 1,
      usual,
      countFrom,
    );
    if (slow) found.push(slow);
  }
  return found;
}

/** µs: median of the windows' means, each as often as it has requests. */
function usualMean(judged: readonly number[], requests: Float64Array, busyMicros: Float64Array): number {
  const inOrder = judged.toSorted((a, b) => busyMicros[a] / requests[a] - busyMicros[b] / requests[b]);
  let left = sumOf(inOrder.map((k) => requests[k])) / 2;
  const middle = inOrder.find((k) => (left -= requests[k]) <= 0);
  return middle === undefined ? Number.NaN : busyMicros[middle] / requests[middle];
}

/** null: too short, not much slower than around it, or as slow as other times with as many requests. */
function comparedWithAround(
  windows: Windows,
  first: number,
  behind: number,
  usual: number,
  countFrom: (micros: number) => number,
): SlowWindows | null {
  const inner = part(windows, first + 1, behind - 1);
  const before = part(windows, first - AROUND, first);
  const after = part(windows, behind, behind + AROUND);
  const isCounted = ({ count, requests }: Part) => requests >= MINIMUM_OF_WINDOW * count;
  if (inner.count < MINIMUM_WINDOWS || inner.requests < MINIMUM_REQUESTS || before.count < MINIMUM_AROUND) return null;
  if (!isCounted(inner) || !isCounted(before)) return null;
  const around = after.count >= MINIMUM_AROUND ? [before, after] : [before];
  const { mean } = inner;
  if (!(mean >= TIMES * Math.max(usual, ...around.map((one) => one.mean)))) return null;
  if (growsWithLoad(windows, first, behind, mean / usual, usual)) return null;
  const excessMicros = (mean - usual) * inner.requests;
  const lasted = (behind - first) * WINDOW * MICROS_PER_SECOND;
  // Requests that go on for so long keep a slot each, were they all there at once.
  const isMoreThanLong = excessMicros > countFrom(lasted / 2) * lasted;
  const carriers = carriersOf(windows, first + 1, behind - 1, mean);
  return { first, behind, mean, usual, excessMicros, isSure: isMoreThanLong && isOfMany(inner, around, carriers) };
}

/** Neither a few of the requests carry the work, nor those that came on top of the usual ones. @param carriers share of the requests */
function isOfMany(inner: Part, around: readonly Part[], carriers: number): boolean {
  const cameUsually = sumOf(around.map((one) => one.requests)) / sumOf(around.map((one) => one.count));
  const added = Math.max(0, 1 - (cameUsually * inner.count) / inner.requests);
  return added <= MOST_ADDED && carriers >= Math.max(MINIMUM_CARRIERS, BEYOND_ADDED * added);
}

interface Part {
  /** Windows, and their requests. */
  readonly count: number;
  readonly requests: number;
  /** µs */
  readonly mean: number;
}

/** Windows [from, to) as far as there are any. */
function part({ requests, busyMicros }: Windows, from: number, to: number): Part {
  const [first, behind] = [Math.max(0, from), Math.min(requests.length, to)];
  const all = sumOf(requests.subarray(first, behind));
  return { count: behind - first, requests: all, mean: sumOf(busyMicros.subarray(first, behind)) / all };
}

/**
 * The work is that of so many requests at least, as a share of all: E[S]² / E[S²] (Cauchy and Schwarz), where the second moment is how much
 * the work of windows differs from that of as many mean requests. Where a tenth of the requests, at random, is all the work it is a tenth;
 * by chance it seems to be more once in a hundred times.
 */
function carriersOf({ requests, busyMicros }: Windows, first: number, behind: number, mean: number): number {
  let squares = 0;
  for (let k = first; k < behind; k++) squares += (busyMicros[k] - mean * requests[k]) ** 2;
  const windows = behind - first;
  const secondMoment = ((squares / sumOf(requests.subarray(first, behind))) * windows) / (windows - 1);
  const free = windows - 1;
  // Less than that a sample of so few windows shows by chance (χ², by Wilson & Hilferty 1931).
  const least = Math.max(0, 1 - 2 / (9 * free) - SURE * Math.sqrt(2 / (9 * free))) ** 3;
  return Math.min(1, (least * mean ** 2) / secondMoment);
}

/** No windows elsewhere had as many requests and were quick. */
function growsWithLoad(
  { requests, busyMicros }: Windows,
  first: number,
  behind: number,
  times: number,
  usual: number,
): boolean {
  const load = AS_BUSY * medianOf(requests.subarray(first, behind));
  const elsewhere = Array.from(requests.keys()).filter((k) => (k < first || k >= behind) && requests[k] >= load);
  const means = elsewhere.map((k) => busyMicros[k] / requests[k]);
  return means.length < MINIMUM_BESIDE || medianOf(means) > Math.sqrt(times) * usual;
}
