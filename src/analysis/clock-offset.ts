/**
 * By how much the clock of one host is ahead of another's, from logs of both about the same requests. Some lines of one log are compared
 * with every line of the same route in the other. Lines of different requests may lie any time apart. Two lines of one request lie as far
 * apart as the clocks do, so these make a peak in the histogram of the differences.
 */
import { countBelow } from '../core/statistics.ts';
import type { LoggedRequests } from './same-requests.ts';

/** Pairs of lines that are compared, about, and the fewest lines that suffice. */
const MOST_PAIRS = 4_000_000;
const FEWEST = 40;
/** µs: width of a bin of the histogram; and how many bins on each side of one count with it. */
const BIN = 1_000_000;
const BESIDE = 1;
/** Bins on each side of a peak that belong to it. */
const APART = 3;
/** Bins on each side that show how many differences fall into a bin by chance. */
const AROUND = 60;
/** A peak must exceed chance by so many standard deviations, and hold this share of the compared lines. At most MOST_PEAKS are returned. */
const DEVIATIONS = 4;
const FOUND_AGAIN = 0.3;
const MOST_PEAKS = 3;
/** µs: step in which a peak is scanned, and least width of the scanning window. */
const STEP = 20_000;
const NARROWEST = 100_000;
/** µs: clocks differ by this much at most, wrong time zones included; and clocks that roughly agree may differ by NEAR. */
export const FARTHEST = 26 * 3_600_000_000;
export const NEAR = 2_000_000;

/** µs by which the clock of `other` may be ahead, within ± `farthest`, the likeliest first. Empty: no difference stands out. */
export function clockOffsets(one: LoggedRequests, other: LoggedRequests, farthest: number): number[] {
  const differences = differencesOf(one, other, farthest + AROUND * BIN);
  const ticks = [finest(one), finest(other)];
  const tick = Math.max(1, Math.min(...ticks));
  const width = Math.max(NARROWEST, ...ticks);
  if (differences.of < FEWEST) return [];
  const counts = new Map<number, number>();
  for (const difference of differences.micros) {
    const bin = Math.floor(difference / BIN);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const near = (bin: number, from: number, to: number) => {
    let sum = 0;
    for (let k = bin + from; k <= bin + to; k++) sum += counts.get(k) ?? 0;
    return sum;
  };
  // The bins next to the highest one of a peak are high as well, and are skipped.
  const peaks: { readonly bin: number; readonly excess: number }[] = [];
  const atMost = Math.ceil(farthest / BIN);
  const bins = Array.from(counts.keys()).filter((bin) => Math.abs(bin) <= atMost);
  const height = new Map(bins.map((bin) => [bin, near(bin, -BESIDE, BESIDE)]));
  for (const bin of bins.sort((a, b) => height.get(b)! - height.get(a)!)) {
    if (peaks.some((peak) => Math.abs(peak.bin - bin) <= APART)) continue;
    const outside = near(bin, -AROUND, AROUND) - near(bin, -APART, APART);
    const chance = (outside * (2 * BESIDE + 1)) / (2 * (AROUND - APART));
    const excess = near(bin, -BESIDE, BESIDE) - chance;
    if (excess < DEVIATIONS * Math.sqrt(chance + 1) || excess < FOUND_AGAIN * differences.of) continue;
    peaks.push({ bin, excess });
    if (peaks.length === MOST_PEAKS) break;
  }
  return peaks.map(({ bin }) => {
    const middle = (bin + 0.5) * BIN;
    const inside = differences.micros.filter((difference) => Math.abs(difference - middle) <= 2 * BIN);
    const ahead = densest(Float64Array.from(inside).sort(), middle, width);
    // If both logs have stamps of whole seconds, the difference is taken for whole seconds.
    return Math.abs(ahead) < NARROWEST / 2 ? 0 : Math.round(ahead / tick) * tick;
  });
}

/** µs: middle of the window of `width` µs that holds the most differences. The ticks of the stamps spread a peak over that width. */
function densest(sorted: Float64Array, middle: number, width: number): number {
  let [most, from, to] = [0, middle, middle];
  let [low, high] = [0, 0];
  for (let center = middle - 1.5 * BIN; center <= middle + 1.5 * BIN; center += STEP) {
    while (low < sorted.length && sorted[low] < center - width / 2) low++;
    while (high < sorted.length && sorted[high] < center + width / 2) high++;
    if (high - low > most) [most, from] = [high - low, center];
    if (high - low === most) to = center;
  }
  return (from + to) / 2;
}

/**
 * µs by which lines of `other` are later than lines of the same route in `one`, within ± `farthest`. `of`: how many lines of `one` were
 * compared.
 */
function differencesOf(
  one: LoggedRequests,
  other: LoggedRequests,
  farthest: number,
): { readonly micros: number[]; readonly of: number } {
  const theirs = middlesByRoute(other);
  const near: { readonly mine: number; readonly all: Float64Array; readonly from: number; readonly to: number }[] = [];
  let pairs = 0;
  for (let row = 0; row < one.rows.length; row++) {
    const all = theirs.get(nameOf(one, row));
    const mine = middleOf(one, row);
    if (!all || !Number.isFinite(mine)) continue;
    const below = (limit: number) => countBelow(all.length, (i) => all[i], limit);
    const [from, to] = [below(mine - farthest), below(mine + farthest)];
    near.push({ mine, all, from, to });
    pairs += to - from;
  }
  const step = Math.max(1, pairs / MOST_PAIRS);
  const micros: number[] = [];
  let of = 0;
  for (let k = 0; Math.floor(k) < near.length; k += step) {
    const { mine, all, from, to } = near[Math.floor(k)];
    for (let i = from; i < to; i++) micros.push(all[i] - mine);
    of++;
  }
  return { micros, of };
}

const finest = ({ rows }: LoggedRequests): number =>
  rows.resolution.subarray(0, rows.length).reduce((least, tick) => Math.min(least, tick), BIN);

const nameOf = ({ rows, routes }: LoggedRequests, row: number): string =>
  rows.route[row] < 0 ? '' : routes.text(rows.route[row]);

/** µs since 1970 UTC: the middle of the tick in which the request ended. */
const middleOf = ({ rows }: LoggedRequests, row: number): number => rows.end[row] + rows.resolution[row] / 2;

/** The middles of the lines of each route, ascending. */
function middlesByRoute(log: LoggedRequests): Map<string, Float64Array> {
  const found = new Map<string, number[]>();
  for (let row = 0; row < log.rows.length; row++) {
    const middle = middleOf(log, row);
    const name = nameOf(log, row);
    if (!Number.isFinite(middle) || name === '') continue;
    const own = found.get(name);
    if (own) own.push(middle);
    else found.set(name, [middle]);
  }
  return new Map(Array.from(found, ([name, middles]) => [name, Float64Array.from(middles).sort()]));
}
