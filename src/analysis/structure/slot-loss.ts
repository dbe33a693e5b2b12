/**
 * A thread that hangs for ever takes its slot with it and writes no line. It shows like this: from some moment on one request fewer runs at
 * once than before, and there is a limit then, so that requests had to wait that would have run.
 */
import { meanOf } from '../../core/statistics.ts';
import { clientsMayBeTheLimit, wholePool } from './few-clients.ts';
import { fewestLanes, misfits } from './lanes.ts';
import { type Limit, limitOf } from './limit.ts';
import { partOfTrace, type Trace } from './trace.ts';

export interface SlotLoss {
  /** µs since 1970 UTC: the last moment at which all slots were seen busy. */
  readonly at: number;
  /** Number of slots until then, and afterwards. */
  readonly before: number;
  readonly after: number;
}

/** µs and requests: a shorter log shows no limit. */
const SHORTEST = 10_000_000;
const FEWEST = 100;
/** In a larger pool one slot is hardly ever missed. */
const MOST_SLOTS = 12;
/** Times that the lost slot would have been needed since, at the rate from before: never being needed n times has a chance of e^-n. */
const DUE = 10;
/** Score from which a limit is as good as certain, and the same where ticks hide overlaps (docs/inference-structure.md). */
const SURE = 25;
const SURE_IF_BLURRED = 40;
/** If lanes are at least this full from the start, clients may ask again at once, and one of them may have left. */
const FULL = 0.9;
const REPLICAS = 3;

/** For a log of one process, or of a pool without worker ids. null: no slot was lost, or the log cannot tell. */
export function slotLossIn(trace: Trace): SlotLoss | null {
  const { length: n, end } = trace;
  if (!trace.hasDurations || trace.startsOnly || trace.workerIds.length > 1 || n < 2 * FEWEST) return null;
  if (meanOf(trace.duration) >= SHORTEST) return null;
  const before = fewestLanes(trace, null, 1, MOST_SLOTS);
  if (before === null || before < 2) return null;
  const after = before - 1;
  const cut = firstThatFits(trace, after);
  const [first, last] = [end[0], end[n - 1]];
  const span = last - end[cut];
  if (cut < FEWEST || n - cut < FEWEST || span < SHORTEST || end[cut] - first < SHORTEST) return null;
  const earlier = partOfTrace(trace, 0, cut);
  const due = (misfits(earlier, null, 1, after).episodes / (end[cut] - first)) * span;
  if (due < DUE || mayBeClients(earlier)) return null;
  const later = partOfTrace(trace, cut, n);
  const limit = limitOf(later, false, REPLICAS);
  const isLimit = limit.lanes === after && limit.score >= (limit.blurred ? SURE_IF_BLURRED : SURE);
  return isLimit && !clientsMayBeTheLimit(later, limit, wholePool, REPLICAS)
    ? { at: end[cut - 1], before, after }
    : null;
}

/** Position of the first request from which on `slots` lanes hold all requests. */
function firstThatFits(trace: Trace, slots: number): number {
  let [low, high] = [0, trace.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (misfits(partOfTrace(trace, middle, trace.length), null, 1, slots, 0).requests === 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function mayBeClients(trace: Trace): boolean {
  const limit: Limit = limitOf(trace, false, REPLICAS);
  return limit.fill >= FULL || clientsMayBeTheLimit(trace, limit, wholePool, REPLICAS);
}
