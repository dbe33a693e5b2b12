/**
 * Callers who queued before the first line of a log. If the pool is full from that line on, the first requests may have queued before it,
 * and they delay everybody behind them until the pool has room for the first time. Such a log may have been cut in an overload (a rotated
 * file, a part that somebody saved), or its load may have begun at once; no line tells which.
 *
 * If callers came no faster before the first line than after it, a queue that is gone once the pool has been full for a time T had stood
 * there for no longer than T. If the pool never has room, the size of the accept queue and the patience of the callers are the bounds.
 */
import { sumOf } from '../../core/statistics.ts';
import { durationText } from '../../core/words.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import type { HistoryTimes } from './histories.ts';
import { slotsAt } from './slot-changes.ts';
import { type Unseen, unseenInQueues } from './unseen-beginning.ts';

/**
 * Connections that may wait in the accept queue: what gunicorn and uvicorn pass to `listen` by default, more than other servers
 * (docs.gunicorn.org, `backlog`).
 */
const ACCEPT_QUEUE = 2048;
/** µs: by then most callers have given up, and so have proxies in front of a server (nginx's proxy_read_timeout). */
const PATIENCE = 60e6;
/** A larger share of the requests decides the 95th percentile. */
const TAIL = 0.05;

/** For a whole log: raises the upper ends of the range by those who may have queued before it began; the estimate stays. */
export function perhapsQueuedBefore(found: FilteredWaits, trace: Trace, pool: Pool): FilteredWaits {
  const { summary, times } = found;
  if (summary.method !== 'inferred' || times === null) return found;
  const { share, mean, longest } = delayed(beginningsOf(trace, times, pool), trace.length);
  if (share === 0) return found;
  const inTail = share > TAIL;
  const raised = (high: number, before: number) => Math.max(high, Math.min(high + before, PATIENCE));
  const who = `callers who queued before the first line for up to ${durationText(Math.min(longest, PATIENCE))}`;
  return {
    ...found,
    summary: {
      ...summary,
      highMean: raised(summary.highMean, mean),
      highP95: raised(summary.highP95, inTail ? longest : 0),
      basis: inTail ? `${summary.basis}; the range holds ${who}` : summary.basis,
    },
  };
}

/**
 * Queues that were full when the log begins. Whether one was full to the end is taken from the lines: histories show rests if slots are
 * slow to take the next request. For how long the others were full is taken from the histories, because ticks of the stamps hide it.
 */
function beginningsOf(trace: Trace, { end }: HistoryTimes, { queue, slots, changes }: Pool): Unseen[] {
  const atFirst = changes ? slotsAt(changes, trace.end[0]) : slots;
  const within = (times: Trace) => unseenInQueues(times, queue === 'worker', atFirst);
  const throughout = within(trace).filter(({ full }) => full === Number.POSITIVE_INFINITY);
  return throughout.length > 0 ? throughout : within({ ...trace, end, resolution: 0 });
}

/**
 * Share of `all` requests that callers from before the first line may have delayed, and by how long at most (µs): mean over all requests,
 * and largest.
 */
function delayed(queues: readonly Unseen[], all: number): { share: number; mean: number; longest: number } {
  const most = queues.map(({ spacing, full }) => Math.min(ACCEPT_QUEUE * spacing, full));
  return {
    share: sumOf(queues.map(({ requests }) => requests)) / all,
    mean: sumOf(queues.map(({ requests }, k) => requests * most[k])) / all,
    longest: Math.max(0, ...most),
  };
}
