/**
 * The same requests on a server without a limit: how often would they have overlapped more than they did?
 *
 * A limit shows as overlaps that never happen. What chance would give is found by replaying the log's own requests as if nothing had held
 * them back. Each start is drawn anew within its stretch of time, and each duration goes to another request of the stretch (M/G/∞ with the
 * log's own rates and durations; workers take starts in the order in which they did). Or times stay, and only the workers are shuffled. The
 * requests that then no longer fit are the evidence: seeing none where E were expected has a chance of about e^-E.
 */
import { floatsAt } from '../../core/columns.ts';
import { createDraws, shuffle } from './draws.ts';
import { type Misfits, misfits } from './lanes.ts';
import { orderOf } from './order.ts';
import { type Trace, ticksAt } from './trace.ts';

/** What would not fit in lanes, had any worker taken any request. */
export interface Shuffled {
  /** Mean number of requests. */
  readonly requests: number;
  /**
   * Share of the replays that break the lanes no more often than the log does, 0..1. Misfits come in crowds: where one in three replays has
   * eight and the others none, their mean number says little.
   */
  readonly chance: number;
}

/** From this mean number of misfits on, hardly a replay is without any. */
const SURELY_SOME = 8;
/** Replays of which the share is taken. */
const FOR_CHANCE = 24;

/** @param observed requests of the log that do not fit in `slots` lanes per worker */
export function misfitsWithShuffledWorkers(trace: Trace, slots: number, replicas: number, observed: number): Shuffled {
  const n = trace.length;
  const workers = trace.workerIds.length;
  const block = Math.max(40, 20 * workers);
  const draws = createDraws(trace);
  const worker = new Int32Array(n);
  let sum = 0;
  let asFew = 0;
  let played = 0;
  const replay = () => {
    worker.set(trace.worker);
    for (let from = 0; from < n; from += block) shuffle(worker, from, Math.min(n, from + block), draws);
    const { requests } = misfits(trace, worker, workers, slots);
    sum += requests;
    if (requests <= observed) asFew++;
    played++;
  };
  while (played < replicas) replay();
  const requests = sum / played;
  if (requests > observed && requests < observed + SURELY_SOME) while (played < FOR_CHANCE) replay();
  return { requests, chance: asFew / played };
}

/**
 * The stretches within which starts are drawn anew: several ticks, over which callers then come evenly, or single ticks, which keep crowds
 * together.
 */
export type Stretches = 'even' | 'crowded';

/** Mean number of requests (and episodes) that would not fit had nothing held any request back; `slots` lanes per worker, or in all. */
export function misfitsWithoutLimit(
  trace: Trace,
  perWorker: boolean,
  slots: number,
  replicas: number,
  stretches: Stretches,
): Misfits {
  const n = trace.length;
  const draws = createDraws(trace);
  const { resolution } = trace;
  let total = 0;
  for (let i = 0; i < n; i++) total += trace.duration[i];
  const begin = new Float64Array(n);
  for (let i = 0; i < n; i++) begin[i] = trace.end[i] - trace.duration[i];
  const byStart = orderOf(begin);
  const first = begin[byStart[0]];
  const span = begin[byStart[n - 1]] - first;
  const least = (4 * total) / n;
  const block =
    stretches === 'crowded' ? Math.max(resolution, least) : Math.max(5 * resolution, least, (20 * span) / n);
  const duration = new Float64Array(n);
  const worker = new Int32Array(n);
  const end = new Float64Array(n);
  let requests = 0;
  let episodes = 0;
  for (let k = 0; k < replicas; k++) {
    for (let i = 0; i < n; i++) {
      duration[i] = trace.duration[byStart[i]];
      worker[i] = trace.worker[byStart[i]];
    }
    for (let from = 0; from < n; ) {
      const number = Math.floor((begin[byStart[from]] - first) / block);
      let to = from + 1;
      while (to < n && Math.floor((begin[byStart[to]] - first) / block) === number) to++;
      const left = first + number * block;
      const right = to === n ? Math.max(begin[byStart[n - 1]], left + ((to - from) * span) / n) : left + block;
      shuffle(duration, from, to, draws);
      for (let i = from; i < to; i++) end[i] = left + (right - left) * draws.next() + duration[i];
      from = to;
    }
    const found = misfitsAsLogged(trace, { end, duration, worker: perWorker ? worker : null }, slots);
    requests += found.requests;
    episodes += found.episodes;
  }
  return { requests: requests / replicas, episodes: episodes / replicas };
}

/** µs; `worker` null: all requests share the slots. */
interface Replay {
  readonly end: Float64Array;
  readonly duration: Float64Array;
  readonly worker: Int32Array | null;
}

/**
 * Requests of a replay that would not fit in `slots` lanes per worker, or in all, if the replay were logged with the ticks of the trace.
 */
export function misfitsAsLogged(trace: Trace, { end, duration, worker }: Replay, slots: number): Misfits {
  const byEnd = orderOf(end);
  const low = ticksAt(end, byEnd, trace.resolution);
  const high = low.map((at) => at + trace.resolution);
  const group = worker && byEnd.map((i) => worker[i]);
  const dealt: Trace = { ...trace, low, high, duration: floatsAt(duration, byEnd), ordered: true };
  return misfits(dealt, group, group ? trace.workerIds.length : 1, slots);
}
