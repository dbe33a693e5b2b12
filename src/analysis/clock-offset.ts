/**
 * The clocks of two hosts whose logs tell of the same requests: by how much one is ahead of the other. Each of some lines of one log is
 * held against every line of the same route in the other. Of other requests these lie any time apart; of the same ones all lie as far
 * apart as the clocks do, and make a peak in the histogram of the differences.
 */
import type { LoggedRequests } from './same-requests.ts';

/** Lines that are held against all of the other log. */
const MOST_HELD = 400;
const FEWEST = 40;
/** µs: width of a bin, and bins to each side of a place that belong to it. */
const BIN = 1_000_000;
const BESIDE = 1;
/** Bins to each side from which it is known how many differences chance puts there. */
const AROUND = 60;
/** Standard deviations of chance, share of the lines that are held, and times the next highest peak. */
const DEVIATIONS = 8;
const FOUND_AGAIN = 0.3;
const ALONE = 1.5;
/** µs: clocks are no farther apart, a wrong time zone included. */
const FARTHEST = 26 * 3_600_000_000;

/** µs by which the clock of `other` is ahead; null: no one difference stands out. */
export function clockOffset(one: LoggedRequests, other: LoggedRequests): number | null {
  const theirs = middlesByRoute(other);
  const rows = Array.from(one.rows.route.subarray(0, one.rows.length).keys()).filter(
    (row) => Number.isFinite(middleOf(one, row)) && theirs.has(nameOf(one, row)),
  );
  if (rows.length < FEWEST) return null;
  const step = Math.max(1, rows.length / MOST_HELD);
  const held = Array.from({ length: Math.floor(rows.length / step) }, (_, k) => rows[Math.floor(k * step)]);
  const differences = held.flatMap((row) => {
    const mine = middleOf(one, row);
    return theirs
      .get(nameOf(one, row))!
      .map((middle) => middle - mine)
      .filter((difference) => Math.abs(difference) <= FARTHEST);
  });
  const counts = new Map<number, number>();
  for (const difference of differences) {
    const bin = Math.floor(difference / BIN);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const near = (bin: number, from: number, to: number) => {
    let sum = 0;
    for (let k = bin + from; k <= bin + to; k++) sum += counts.get(k) ?? 0;
    return sum;
  };
  const peaks = Array.from(counts.keys(), (bin) => {
    const inside = near(bin, -BESIDE, BESIDE);
    const outside = near(bin, -AROUND, AROUND) - near(bin, -3 * BESIDE, 3 * BESIDE);
    const chance = (outside * (2 * BESIDE + 1)) / (2 * (AROUND - 3 * BESIDE));
    return { bin, chance, excess: inside - chance };
  }).sort((a, b) => b.excess - a.excess);
  const [{ bin, chance, excess }] = peaks;
  if (excess < FOUND_AGAIN * held.length || excess < DEVIATIONS * Math.sqrt(chance + 1)) return null;
  const next = peaks.find((peak) => Math.abs(peak.bin - bin) > 3 * BESIDE);
  if (next && excess < ALONE * next.excess) return null;
  // What chance puts there lies around the middle of these bins.
  const middle = (bin + 0.5) * BIN;
  const inside = differences.filter((difference) => Math.abs(difference - middle) <= (BESIDE + 0.5) * BIN);
  const sum = inside.reduce((total, difference) => total + difference - middle, 0);
  return middle + sum / excess;
}

const nameOf = ({ rows, routes }: LoggedRequests, row: number): string =>
  rows.route[row] < 0 ? '' : routes.text(rows.route[row]);

/** µs since 1970 UTC: the middle of the tick in which it ended. */
const middleOf = ({ rows }: LoggedRequests, row: number): number => rows.end[row] + rows.resolution[row] / 2;

function middlesByRoute(log: LoggedRequests): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (let row = 0; row < log.rows.length; row++) {
    const middle = middleOf(log, row);
    const name = nameOf(log, row);
    if (!Number.isFinite(middle) || name === '') continue;
    const own = found.get(name);
    if (own) own.push(middle);
    else found.set(name, [middle]);
  }
  return found;
}
