/**
 * Do the lines of one tick stand in the order in which their requests ended? A collector that sorts by stamps of a second writes them in
 * any order. Conclusions from such an order are false: a worker that runs one request seems to run two, or there seems to be a slot too
 * many.
 *
 * Requests that do not fit k lanes are counted in three ways: in the order of the lines, in a random order within each tick, and with the
 * longest of each tick first, which needs no order (an upper bound of what fits). A log in the order of ends fits its slots, and would not
 * if it were shuffled. The order is lost if it breaks lanes that hold all requests without it, and breaks them as often as a random order
 * does.
 */
import { floatsAt, indicesBelow, integersAt } from '../../core/columns.ts';
import { createDraws, shuffle } from './draws.ts';
import { fewestLanes, misfits } from './lanes.ts';
import type { Trace } from './trace.ts';

type Lines = Pick<
  Trace,
  'length' | 'low' | 'high' | 'duration' | 'worker' | 'workerIds' | 'hasWorkers' | 'resolution' | 'jitter'
>;

/** Of a long log, only the busiest neighbouring lines are examined. */
const MOST_LINES = 3_000;
/** Share of the lines that must share their stamp with others; with fewer, the order within a tick does not matter. */
const TOGETHER = 0.5;
/** Servers that run more requests at once do not show the order of their lines. */
const MOST_LANES = 24;
/**
 * Requests that do not fit: if they are fewer, or a smaller share of all, they may be lines that are late now and then, or peaks of a
 * server without a limit.
 */
const FEWEST = 15;
const LEAST = 0.04;
/**
 * Without the order, a limit holds nearly all requests: at most this share of those that did not fit in line order, and of those that do
 * not fit one lane fewer, may not fit.
 */
const WITHOUT_ORDER = 0.05;
const OF_ONE_FEWER = 0.03;
/**
 * Least ratio of requests that do not fit in line order to those in random order. Measured: 0.8 to 1.6 for shuffled lines, 0 to 0.05 in the
 * order of ends.
 */
const AS_IN_ANY = 0.6;
const REPLICAS = 3;

/**
 * If the order within ticks is lost: the positions of the lines in an order in which they fit their lanes, with the ticks in the order of
 * the file. null: the lines are in the order of their ends, as far as they show it. `low` and `high` are as stamped.
 */
export function orderInsteadOfLost(lines: Lines): Int32Array | null {
  const length = Math.min(lines.length, MOST_LINES);
  const from = busiest(lines.low, length);
  const asked = Int32Array.from({ length }, (_, k) => from + k);
  const ticks = ticksOf(lines.low, asked);
  const together = ticks.reduce((sum, [first, end]) => sum + (end - first > 1 ? end - first : 0), 0);
  if (length === 0 || together < TOGETHER * length) return null;
  const unfit = (some: Lines & { readonly ordered: boolean }, slots: number, limit?: number) =>
    misfits(some, ...groupsOf(some), slots, limit).requests;
  const inOrder = { ...lines, ...gathered(lines, asked), ordered: true };
  let slots = (fewestLanes(inOrder, ...groupsOf(inOrder), MOST_LANES) ?? 1) - 1;
  while (slots > 0 && unfit(inOrder, slots, FEWEST) < FEWEST) slots--;
  if (slots < 1) return null;
  const found = unfit(inOrder, slots);
  if (found < LEAST * length) return null;
  const longest = { ...lines, ...gathered(lines, longestFirst(lines, asked, ticks)), ordered: false };
  const oneFewer = slots > 1 ? unfit(longest, slots - 1) : length;
  const most = Math.min(WITHOUT_ORDER * found, OF_ONE_FEWER * oneFewer);
  if (unfit(longest, slots, most) > most) return null;
  const draws = createDraws(inOrder);
  for (let k = 0; k < REPLICAS; k++) {
    const dealt = asked.slice();
    for (const [first, end] of ticks) shuffle(dealt, first, end, draws);
    if (found < AS_IN_ANY * unfit({ ...lines, ...gathered(lines, dealt), ordered: true }, slots)) return null;
  }
  const all = indicesBelow(lines.length);
  return longestFirst(lines, all, ticksOf(lines.low, all));
}

/** One group of lanes per worker where lines name workers, else one for all. */
const groupsOf = ({ hasWorkers, worker, workerIds }: Lines): [group: Int32Array | null, groups: number] =>
  hasWorkers ? [worker, workerIds.length] : [null, 1];

/** First of the `count` neighbouring lines that span the least time. */
function busiest(low: Float64Array, count: number): number {
  let from = 0;
  for (let k = 1; k + count <= low.length; k++)
    if (low[k + count - 1] - low[k] < low[from + count - 1] - low[from]) from = k;
  return from;
}

/** Places [from, to) in `order` of neighbouring lines with the same stamp. */
function ticksOf(low: Float64Array, order: Int32Array): [from: number, to: number][] {
  const ticks: [from: number, to: number][] = [];
  for (let k = 0; k < order.length; k++) {
    if (k > 0 && low[order[k]] === low[order[k - 1]]) ticks[ticks.length - 1][1]++;
    else ticks.push([k, k + 1]);
  }
  return ticks;
}

/** Longest first fits best within a tick: of the requests of a lane that end in one tick, only the first can have begun before it. */
function longestFirst({ duration }: Lines, order: Int32Array, ticks: readonly [number, number][]): Int32Array {
  const sorted = order.slice();
  for (const [from, to] of ticks) sorted.subarray(from, to).sort((a, b) => duration[b] - duration[a] || a - b);
  return sorted;
}

const gathered = ({ low, high, duration, worker }: Lines, order: Int32Array) => ({
  length: order.length,
  low: floatsAt(low, order),
  high: floatsAt(high, order),
  duration: floatsAt(duration, order),
  worker: integersAt(worker, order),
});
