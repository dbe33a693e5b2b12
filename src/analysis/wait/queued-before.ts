/**
 * Callers who queued before the first line of a log. Where its pool is full from that line on, those who are taken first may have stood there
 * before it, and everybody behind them waits for as long as they delay him, until the pool has room for the first time. Such a log was cut in
 * an overload (a rotated file, the part of a log that somebody saved), or its load began at once: no line tells one from the other.
 *
 * While callers come no faster than before the first line, a queue that is gone when the pool has been full for T stood there no longer than T.
 * Where the pool never has room, the places of the accept queue bound it, and the callers' patience.
 */
import { sumOf } from '../../core/statistics.ts';
import { durationText } from '../../core/words.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import type { HistoryTimes } from './histories.ts';
import { slotsAt } from './slot-changes.ts';
import { type Unseen, unseenInQueues } from './unseen-beginning.ts';

/** Connections that a server lets wait: what gunicorn and uvicorn ask of `listen` by default, and more than others do (docs.gunicorn.org, `backlog`). */
const ACCEPT_QUEUE = 2048;
/** µs: by then most callers, and the proxies in front of a server (nginx's proxy_read_timeout), have given up. */
const PATIENCE = 60e6;
/** Share of the requests from which their waits decide the 95th percentile. */
const TAIL = 0.05;

/** Of a whole log: those who were queued when it began widen the range upwards; the estimate stays. */
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
 * Queues that were full when the log begins. That one was full to its end shows in the lines best: histories of a pool whose slots are slow to
 * take the next request show rests. How long another was full shows in the histories, as far as no tick of the stamps hides it.
 */
function beginningsOf(trace: Trace, { end }: HistoryTimes, { queue, slots, changes }: Pool): Unseen[] {
  const atFirst = changes ? slotsAt(changes, trace.end[0]) : slots;
  const within = (times: Trace) => unseenInQueues(times, queue === 'worker', atFirst);
  const throughout = within(trace).filter(({ full }) => full === Number.POSITIVE_INFINITY);
  return throughout.length > 0 ? throughout : within({ ...trace, end, resolution: 0 });
}

/** Share of `all` requests that callers from before the first line may have delayed; µs, by how long at most: the mean of all, and the longest. */
function delayed(queues: readonly Unseen[], all: number): { share: number; mean: number; longest: number } {
  const most = queues.map(({ spacing, full }) => Math.min(ACCEPT_QUEUE * spacing, full));
  return {
    share: sumOf(queues.map(({ requests }) => requests)) / all,
    mean: sumOf(queues.map(({ requests }, k) => requests * most[k])) / all,
    longest: Math.max(0, ...most),
  };
}
