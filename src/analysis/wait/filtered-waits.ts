/** Waits of a pool whose callers come as they like: from possible histories of its starts and arrivals. */
import type { Callers, Effort, WaitInference } from '../../core/inference.ts';
import { countText } from '../../core/words.ts';
import { partOfTrace, type Trace } from '../structure/trace.ts';
import { burstsInQueues, burstsOnLanes } from './burst-evidence.ts';
import { fullProcess } from './full-process.ts';
import { type HistoryTimes, laneHistories, type Plan, queueHistories } from './histories.ts';
import { longestWaits } from './idle-moments.ts';
import { withoutLongSilences } from './long-silences.ts';
import { type SlotChange, slotsAt } from './slot-changes.ts';
import { onLanes, onQueues, type QueueStretch, type Stretch, stretchOf } from './stretch.ts';
import { summariseWaits, unknownWait } from './summarise-waits.ts';
import { unseenBeginnings, unseenEndings } from './unseen-beginning.ts';

/** A live view follows as few of its newest requests as begin where the pool was not full: every one costs, so they are tried in small steps. */
const LIVE_ROWS = [150, 200, 250, 300, 400, 500, 600, 750, 900, 1050, 1200];
/** Fewer do not tell how callers come. */
const LOOK_ROWS = [600, 1200];

/** Half a millisecond a row for the best; a long log needs fewer histories, its own length averages. */
function planFor(n: number, effort: Effort): Omit<Plan, 'rounds'> & { readonly rows: number } {
  if (effort === 'live')
    return { rows: LIVE_ROWS[0], particles: 8, runs: 1, paths: 2, draws: 4, quick: true, crowds: false };
  if (effort === 'look')
    return { rows: LOOK_ROWS[0], particles: 48, runs: 2, paths: 3, draws: 12, quick: false, crowds: false };
  if (effort === 'sample')
    return { rows: 40_000, particles: 6, runs: 1, paths: 2, draws: 4, quick: false, crowds: false };
  if (n <= 2000) return { rows: 2000, particles: 48, runs: 4, paths: 3, draws: 48, quick: false, crowds: true };
  if (n <= 6000) return { rows: 6000, particles: 24, runs: 3, paths: 2, draws: 24, quick: false, crowds: true };
  if (n <= 20_000) return { rows: 20_000, particles: 12, runs: 2, paths: 2, draws: 16, quick: false, crowds: false };
  return { rows: 40_000, particles: 8, runs: 2, paths: 2, draws: 12, quick: false, crowds: false };
}

const ROUNDS = 3;

/** Of fewer requests nothing tells how their callers came: at once, one after the other, or again when they were answered. */
const FEWEST_REQUESTS = 30;

/** Mean duration, in ticks of the stamps, below which lanes are not followed. */
const FEWEST_TICKS = 0.2;

/** A part of a log of which more lies before its first idle moment says too little of the waits in it. */
const MOST_UNSEEN = 0.2;

export interface FilteredWaits {
  readonly summary: WaitInference;
  /** µs by index in the trace: mean over the possible histories; NaN for requests that were not filtered. */
  readonly wait: Float64Array;
  /** Each possible history of all waits, µs by index in the trace; NaN for requests that were not filtered. */
  readonly samples: readonly Float64Array[];
  /** µs since 1970 and half-widths by index in the trace; null when only a part was filtered. */
  readonly times: HistoryTimes | null;
}

/** Where a request of the pool may run. */
export interface Pool {
  /** Slots of each queue. */
  readonly slots: number;
  /** `worker`: each worker has its own queue; `pool`: one queue for all; `unknown`: followed as one, but there may be several. */
  readonly queue: 'worker' | 'pool' | 'unknown';
  /** Every worker of the one queue is a slot of it: who follows whom on it is known. */
  readonly onLanes: boolean;
  /** There may be more slots than that: all of them were busy at once, and nothing shows that no more could be. */
  readonly isLeast?: true;
  /** Slots of the one queue from when on (µs since 1970 UTC), where their number changes; `slots` are the most of them. */
  readonly changes?: readonly SlotChange[];
}

const silentWaits = (trace: Trace, basis: string): FilteredWaits => ({
  summary: unknownWait(basis),
  wait: new Float64Array(trace.length).fill(Number.NaN),
  samples: [],
  times: null,
});

interface Part {
  readonly plan: Omit<Plan, 'rounds'>;
  /** Requests [from, from + length) of the trace. */
  readonly from: number;
  readonly length: number;
  /** Share of the requests in it that began while the pool was full from its beginning on: their callers may have come before. */
  readonly unseen: number;
  /** That is little. */
  readonly isSeen: boolean;
}

/** The first of a long log, or the last of a live one: of those so many that the pool was not full when they began. */
function partToFollow(trace: Trace, { slots, queue, changes }: Pool, effort: Effort): Part {
  const plan = planFor(trace.length, effort);
  const newest = effort === 'live' ? LIVE_ROWS : effort === 'look' ? LOOK_ROWS : null;
  const lengths = (newest ?? [plan.rows]).map((most) => Math.min(trace.length, most));
  const fromOf = (length: number) => (newest ? trace.length - length : 0);
  const unseenShare = unseenBeginnings(trace, queue === 'worker');
  const unseenOf = (length: number) => {
    const from = fromOf(length);
    return unseenShare(from, length, changes ? slotsAt(changes, trace.end[from]) : slots);
  };
  let length = lengths[0];
  let unseen = unseenOf(length);
  for (let k = 1; k < lengths.length && unseen > MOST_UNSEEN; k++) {
    length = lengths[k];
    unseen = unseenOf(length);
  }
  return { plan, from: fromOf(length), length, unseen, isSeen: unseen <= MOST_UNSEEN };
}

/**
 * null where the log contradicts workers that run one request at a time. `callers`: as a longer look has found them, for a live
 * view; `hidden`: workers were replaced, perhaps with a request that held them and wrote no line.
 */
export function filteredWaits(trace: Trace, pool: Pool, looks: Looks, hidden: boolean): FilteredWaits | null {
  // Where slots come and go, they do so at instants of the log.
  const shortened = pool.changes ? null : withoutLongSilences(trace);
  if (!shortened) return follow(trace, pool, looks, hidden);
  const found = follow(shortened.trace, pool, looks, hidden);
  return found?.times ? { ...found, times: shortened.restore(found.times) } : found;
}

interface Looks {
  readonly effort: Effort;
  readonly callers: Callers;
}

function follow(trace: Trace, pool: Pool, { effort, callers }: Looks, hidden: boolean): FilteredWaits | null {
  if (trace.length < FEWEST_REQUESTS)
    return silentWaits(trace, `${countText(trace.length, 'request')}, too few to tell how their callers came`);
  const part = partToFollow(trace, pool, effort);
  const partly = part.length < trace.length;
  // A kept part of a long log begins in the middle of it.
  if (!part.isSeen && (partly || effort === 'sample'))
    return silentWaits(
      trace,
      `the pool was full already when the ${part.length} requests began that were followed: what was queued then cannot be seen in them`,
    );
  // A worker that a killed request held looks like clients who stayed away.
  // Measured on workers that run one request at a time alone.
  const plan = { ...part.plan, rounds: hidden ? 0 : ROUNDS, crowds: part.plan.crowds && pool.onLanes && !hidden };
  const { from, length } = part;
  const rows = Int32Array.from({ length }, (_, i) => from + i);
  const stretch = withChanges(stretchOf(trace, rows, pool.slots), pool);
  const lanes = pool.onLanes ? onLanes(stretch, trace) : null;
  if (pool.onLanes && !lanes) return null;
  const many = manyPerTick(trace, rows);
  const queues = withQueues(lanes ? { ...stretch, isProcesses: true } : stretch, trace, pool);
  const together = plan.quick && callers === 'in-bursts';
  const asked =
    lanes && (together || !many) ? laneHistories(lanes, plan, together) : queueHistories(queues, plan, together);
  const usual = asked.tell();
  // Of a long log's parts the question costs as much as all the rest of it.
  const bursts =
    plan.quick || effort === 'sample'
      ? null
      : lanes
        ? burstsOnLanes(lanes, many ? queues : null, plan, usual)
        : burstsInQueues(queues, plan, usual);
  const { waits, model, times, evidence } = bursts?.sure ? bursts.histories : usual;
  const inBursts = together || (bursts?.sure ?? false);
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  const samples = waits.map((set) => {
    const sample = new Float64Array(trace.length).fill(Number.NaN);
    for (let i = 0; i < length; i++) sample[rows[i]] = 1e6 * set[i];
    return sample;
  });
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (const set of waits) sum += set[i];
    wait[rows[i]] = (1e6 * sum) / waits.length;
  }
  const slots = `${slotsText(pool)}${pool.queue === 'worker' ? ' in each worker' : ''}`;
  const queue = `${pool.queue === 'unknown' ? ', if they share one queue' : ''}${pool.isLeast ? ', if there are no more' : ''}`;
  const share = partly ? `, of ${length} requests of the log` : '';
  // A live view ends now; those of a part of a log are seen behind it.
  const endsFull =
    !plan.quick &&
    effort !== 'look' &&
    !partly &&
    unseenEndings(trace, pool.queue === 'worker')(0, length, lastSlots(pool)) > MOST_UNSEEN;
  const unseen = [
    ...(part.isSeen || partly ? [] : ['was full already when the log begins']),
    ...(endsFull ? ['is still full when the log ends, and who waits then is in no line of it'] : []),
  ];
  const before = unseen.length > 0 ? `; the pool ${unseen.join(', and ')}, so callers may have waited longer` : '';
  // What began in a full pool, or held workers without a line, may have waited for longer than the log shows.
  const tellsIdling = !hidden && part.unseen === 0 && pool.queue !== 'unknown';
  const followed = partly ? partOfTrace(trace, from, from + length) : trace;
  const longest = tellsIdling
    ? longestWaits(followed, { slots: pool.slots, own: pool.queue === 'worker', changes: pool.changes })
    : null;
  const slotsOfOne = pool.queue === 'unknown' && !plan.quick ? fullProcess(followed, pool.slots) : null;
  const inOneProcess =
    slotsOfOne === null ? null : longestWaits(followed, { slots: slotsOfOne, own: false, changes: undefined });
  const basis = `possible histories of ${slots} and their callers (${inBursts ? 'most of them in bursts' : model})${queue}${share}; the range is as wide as the error on recorded servers${before}${slotsOfOne === null ? '' : `; for a while just ${slotsOfOne} were busy, as if a process of so many was full and kept a queue of its own`}`;
  return {
    summary: {
      ...summariseWaits(waits, {
        basis,
        // What was queued before a part began, or the log, cannot be seen in it.
        hidden: hidden || partly || !part.isSeen || endsFull,
        evidence,
        slots: pool.slots,
        onLanes: pool.onLanes,
        severalQueues: pool.queue === 'unknown',
        mayBeMore: pool.isLeast ?? false,
        manyPerTick: many,
        quick: plan.quick,
        inBursts,
        maybe: bursts && !bursts.sure ? { waits: bursts.histories.waits, chance: bursts.chance } : null,
        start: times.start.map((micros) => micros / 1e6),
        longest: longest?.map((micros) => micros / 1e6).sort() ?? null,
        inOneProcess: inOneProcess?.map((micros) => micros / 1e6).sort() ?? null,
      }),
      full: pool.queue !== 'worker' && !pool.isLeast && !partly ? evidence.full : Number.NaN,
      callers: plan.quick ? callers : inBursts ? 'in-bursts' : 'alone',
    },
    wait,
    samples,
    times: partly ? null : times,
  };
}

/**
 * Where a lane runs many requests within a tick, their stamps say next to nothing of it: a filter that follows lanes gets lost
 * among its choices, while the order in which the pool's slots are free hardly depends on which of them is whose.
 */
function manyPerTick(trace: Trace, rows: Int32Array): boolean {
  let ticks = 0;
  for (const i of rows) ticks += trace.duration[i] / trace.resolution;
  return ticks < FEWEST_TICKS * rows.length;
}

/** Instants in s since the origin of the stretch; the slots that it begins with first. */
function withChanges(stretch: Stretch, { changes }: Pool): Stretch {
  if (!changes) return stretch;
  const { origin } = stretch;
  const later = changes.filter(({ at }) => at > origin);
  const all = [{ at: origin, slots: slotsAt(changes, origin) }, ...later];
  return { ...stretch, changes: all.map(({ at, slots }) => ({ at: (at - origin) / 1e6, slots })) };
}

const lastSlots = ({ slots, changes }: Pool): number => changes?.at(-1)?.slots ?? slots;

/** "4 workers", "2 to 8 slots". */
function slotsText({ slots, onLanes, changes }: Pool): string {
  const least = changes ? Math.min(...changes.map((change) => change.slots)) : slots;
  return `${least < slots ? `${least} to ` : ''}${countText(slots, onLanes ? 'worker' : 'slot')}`;
}

function withQueues(stretch: Stretch, trace: Trace, { queue }: Pool): QueueStretch {
  const own = queue === 'worker';
  const group = stretch.index.map((i) => (own ? trace.worker[i] : 0));
  return onQueues(stretch, group, own ? trace.workerIds.length : 1);
}
