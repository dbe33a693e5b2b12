/**
 * Do the lines of one tick stand in the order in which their requests ended? A collector that sorts by stamps of a second gives them in any
 * order, and what is read from such an order is false: two requests at once of a worker that runs one, a slot more than there are.
 *
 * Three counts of the requests that do not fit k lanes tell: in the order of the lines, in any order (dealt anew within the ticks), and in no
 * order at all (an upper bound: the longest of a tick first). A log in the order of ends fits its slots, and would not if it were dealt anew;
 * where the order breaks lanes that hold all requests without it, and breaks them as often as any other order would, it is none.
 */
import { floatsAt, indicesBelow, integersAt } from '../../core/columns.ts';
import { createDraws, shuffle } from './draws.ts';
import { fewestLanes, misfits } from './lanes.ts';
import type { Trace } from './trace.ts';

type Lines = Pick<
  Trace,
  'length' | 'low' | 'high' | 'duration' | 'worker' | 'workerIds' | 'hasWorkers' | 'resolution' | 'jitter'
>;

/** Of a long log the busiest neighbouring lines are asked. */
const MOST_LINES = 3_000;
/** Share of the lines that share their stamp with others: with fewer, the order within a tick says nothing. */
const TOGETHER = 0.5;
/** Servers that run more at once show nothing of the order of their lines. */
const MOST_LANES = 24;
/** Fewer requests that do not fit, or a smaller share of all, may be lines that are late now and then, or the peaks of a server without a limit. */
const FEWEST = 15;
const LEAST = 0.04;
/** Share of these, and of what one lane fewer cannot hold without the order, that may not fit without it: a limit holds nearly all. */
const WITHOUT_ORDER = 0.05;
const OF_ONE_FEWER = 0.03;
/** Share of those that do not fit in any order: measured, 0.8 to 1.6 where lines were shuffled, 0 to 0.05 in the order of ends. */
const AS_IN_ANY = 0.6;
const REPLICAS = 3;

/**
 * Where the order of the lines is none: their positions in one in which they fit their lanes, ticks in the order of the file.
 * null: they stand in the order of their ends, as far as they tell. `low` and `high`: as stamped.
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

/** Lanes are a worker's where lines name them. */
const groupsOf = ({ hasWorkers, worker, workerIds }: Lines): [group: Int32Array | null, groups: number] =>
  hasWorkers ? [worker, workerIds.length] : [null, 1];

/** First of the `count` neighbours that are nearest together. */
function busiest(low: Float64Array, count: number): number {
  let from = 0;
  for (let k = 1; k + count <= low.length; k++)
    if (low[k + count - 1] - low[k] < low[from + count - 1] - low[from]) from = k;
  return from;
}

/** Places [from, to) in `order` of neighbours with one stamp. */
function ticksOf(low: Float64Array, order: Int32Array): [from: number, to: number][] {
  const ticks: [from: number, to: number][] = [];
  for (let k = 0; k < order.length; k++) {
    if (k > 0 && low[order[k]] === low[order[k - 1]]) ticks[ticks.length - 1][1]++;
    else ticks.push([k, k + 1]);
  }
  return ticks;
}

/** Of the requests of a lane that end in one tick at most the first began before it: the longest first fit best. */
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
