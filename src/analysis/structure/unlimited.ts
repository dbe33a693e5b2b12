/**
 * How often would the same requests have exceeded the limit on a server that has none?
 *
 * A limit shows as overlaps that never happen. To see how many chance would produce, the log's own requests are replayed as if nothing held
 * them back. Either each start is drawn anew within its stretch of time and the durations of the stretch are shuffled (M/G/∞ with the log's
 * own rates and durations; workers stay in the order of the starts). Or the times stay, and only the workers are shuffled. The requests
 * that then no longer fit are the evidence: where E are expected, none is seen with a probability of about e^-E.
 */
import { floatsAt } from '../../core/columns.ts';
import { createDraws, shuffle } from './draws.ts';
import { type Misfits, misfits } from './lanes.ts';
import { orderOf } from './order.ts';
import { type Trace, ticksAt } from './trace.ts';

/** Requests that would not fit in the lanes if each had gone to a random worker. */
export interface Shuffled {
  /** Mean number of requests that do not fit, per replay. */
  readonly requests: number;
  /**
   * Share of the replays with no more misfits than the log itself, 0..1. Misfits come in clusters: where one in three replays has eight and
   * the others none, their mean number says little.
   */
  readonly chance: number;
}

/** If the mean exceeds the observed misfits by this many, hardly any replay has as few, and no more replays are needed. */
const SURELY_SOME = 8;
/** Number of replays from which `chance` is estimated in a close case. */
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
 * Length of the stretches within which starts are drawn anew. 'even': several ticks, so that arrivals are spread evenly over them.
 * 'crowded': single ticks where these are long enough, which keeps crowds together.
 */
export type Stretches = 'even' | 'crowded';

/**
 * Mean number of requests (and episodes) per replay that would not fit if nothing held requests back. There are `slots` lanes per worker, or
 * in all if not `perWorker`.
 */
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

/** One entry per request; `end` and `duration` in µs. `worker` null: all requests share the slots. */
interface Replay {
  readonly end: Float64Array;
  readonly duration: Float64Array;
  readonly worker: Int32Array | null;
}

/** Requests of a replay that would not fit in `slots` lanes (per worker, or in all) after its ends are rounded to the ticks of the trace. */
export function misfitsAsLogged(trace: Trace, { end, duration, worker }: Replay, slots: number): Misfits {
  const byEnd = orderOf(end);
  const low = ticksAt(end, byEnd, trace.resolution);
  const high = low.map((at) => at + trace.resolution);
  const group = worker && byEnd.map((i) => worker[i]);
  const dealt: Trace = { ...trace, low, high, duration: floatsAt(duration, byEnd), ordered: true };
  return misfits(dealt, group, group ? trace.workerIds.length : 1, slots);
}
