/** Waits of a pool whose callers come as they like: from possible histories of its starts and arrivals. */
import type { Callers, Effort, WaitInference } from '../../core/inference.ts';
import { countText } from '../../core/words.ts';
import type { Trace } from '../structure/trace.ts';
import { IN_TURN } from './arrival-models.ts';
import {
  type Bursts,
  burstsInQueues,
  burstsInTicks,
  burstsOnLanes,
  type QueueRuns,
  queueRuns,
} from './burst-evidence.ts';
import { evenGap } from './even-gap.ts';
import { type Histories, type HistoryTimes, laneHistories, type Plan, queueHistories } from './histories.ts';
import { historiesText } from './histories-text.ts';
import { withoutLongSilences } from './long-silences.ts';
import { MOST_UNSEEN, type Part, partToFollow } from './part-to-follow.ts';
import { type Elsewhere, here } from './runs-elsewhere.ts';
import { isShortOfCpu } from './short-of-cpu.ts';
import { type SlotChange, slotsAt } from './slot-changes.ts';
import {
  type LaneStretch,
  manyPerTick,
  onLanes,
  onQueues,
  type QueueStretch,
  type Stretch,
  stretchOf,
} from './stretch.ts';
import { summariseWaits, unknownWait } from './summarise-waits.ts';
import { unseenEndings } from './unseen-beginning.ts';
import { boundsOf } from './wait-bounds.ts';

const ROUNDS = 3;

/** Of fewer requests nothing tells how their callers came: at once, one after the other, or again when they were answered. */
const FEWEST_REQUESTS = 30;

export interface FilteredWaits {
  readonly summary: WaitInference;
  /** µs by index in the trace: mean over the possible histories; NaN for requests that were not filtered. */
  readonly wait: Float64Array;
  /** Each possible history of all waits, µs by index in the trace; NaN for requests that were not filtered. */
  readonly samples: readonly Float64Array[];
  /** The likeliest callers are clients who each wait for their answer. */
  readonly inTurn: boolean;
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
  inTurn: false,
  times: null,
});

/**
 * null where the log contradicts workers that run one request at a time. `callers`: as a longer look has found them, for a live
 * view; `hidden`: workers were replaced, perhaps with a request that held them and wrote no line.
 */
export function filteredWaits(trace: Trace, pool: Pool, looks: Looks, hidden: boolean): FilteredWaits | null {
  // Where slots come and go, they do so at instants of the log.
  const shortened = pool.changes ? null : withoutLongSilences(trace);
  if (!shortened) return follow(trace, pool, looks, hidden);
  const found = follow(shortened.trace, pool, looks, hidden);
  if (!found) return null;
  const { summary, times } = found;
  return {
    ...found,
    // In a silence no slot is taken.
    summary: { ...summary, full: shortened.kept * summary.full },
    times: times && shortened.restore(times),
  };
}

interface Looks {
  readonly effort: Effort;
  /** µs since 1970 UTC: the log goes on, and everything up to here is in it; null or missing: it has ended. */
  readonly until?: number | null;
  readonly callers: Callers;
  /** Where runs are done that may turn out to be needed; missing: here, when they are. */
  readonly elsewhere?: Elsewhere;
}

/** What is asked of a log. */
export interface Asked extends Looks {
  readonly trace: Trace;
  readonly pool: Pool;
  readonly hidden: boolean;
  readonly part: Part;
  /** The part is not the whole log. */
  readonly partly: boolean;
}

function follow(trace: Trace, pool: Pool, looks: Looks, hidden: boolean): FilteredWaits | null {
  if (trace.length < FEWEST_REQUESTS)
    return silentWaits(trace, `${countText(trace.length, 'request')}, too few to tell how their callers came`);
  const part = partToFollow(trace, pool, looks.effort);
  const partly = part.length < trace.length;
  // A kept part of a long log begins in the middle of it.
  if (!part.isSeen && (partly || looks.effort === 'sample'))
    return silentWaits(
      trace,
      `the pool was full already when the ${part.length} requests began that were followed: what was queued then cannot be seen in them`,
    );
  const asked = { ...looks, trace, pool, hidden, part, partly };
  const followed = historiesOf(asked);
  return followed && told(asked, followed);
}

interface Followed {
  readonly histories: Histories;
  /** Callers in bursts, where the log does not speak against them; null: it does, or was not asked. */
  readonly bursts: Bursts | null;
  /** The histories are of callers who come in bursts. */
  readonly inBursts: boolean;
  /** Slots may have stood idle although callers queued. */
  readonly isShortOfCpu: boolean;
  readonly isManyPerTick: boolean;
  /** Answers come as evenly as a full pool gives them, and as a few regular clients ask for them. */
  readonly isEven: boolean;
}

interface Stretches {
  /** null: it is not known which slot ran a request. */
  readonly lanes: LaneStretch | null;
  readonly queues: QueueStretch;
  readonly isManyPerTick: boolean;
  readonly isEven: boolean;
}

/** null where the log contradicts workers that run one request at a time. */
function stretchesOf({ trace, pool, hidden, part, until = null }: Asked): Stretches | null {
  const rows = Int32Array.from({ length: part.length }, (_, i) => part.from + i);
  const changing = withChanges(stretchOf(trace, rows, pool.slots), pool);
  const stretch: Stretch = {
    ...changing,
    ...(hidden ? { hidden } : {}),
    ...(until === null ? {} : { goesOn: true as const }),
  };
  const isManyPerTick = manyPerTick(trace, rows);
  if (!pool.onLanes) return { lanes: null, queues: withQueues(stretch, trace, pool), isManyPerTick, isEven: false };
  const lanes = onLanes(stretch, trace);
  if (!lanes) return null;
  const gap = isManyPerTick ? evenGap(stretch) : null;
  const processes = { ...stretch, isProcesses: true as const, ...(gap === null ? {} : { evenGap: gap }) };
  return { lanes, queues: withQueues(processes, trace, pool), isManyPerTick, isEven: gap !== null };
}

/** null where the log contradicts workers that run one request at a time. */
function historiesOf(asked: Asked): Followed | null {
  const { pool, hidden, part, effort, callers, elsewhere = here } = asked;
  const stretches = stretchesOf(asked);
  if (!stretches) return null;
  const { lanes, queues, isManyPerTick, isEven } = stretches;
  // A worker that a killed request held looks like clients who stayed away.
  // Measured on workers that run one request at a time alone.
  const plan = { ...part.plan, rounds: hidden ? 0 : ROUNDS, crowds: part.plan.crowds && pool.onLanes && !hidden };
  const together = plan.quick && callers === 'in-bursts';
  // Of a long log's parts the question costs as much as all the rest of it.
  const asksForBursts = !plan.quick && effort !== 'sample';
  const runs = asksForBursts && lanes && isManyPerTick ? queueRuns(lanes, queues, plan, elsewhere) : null;
  const usual = (
    lanes && (together || !isManyPerTick)
      ? laneHistories(lanes, plan, together)
      : queueHistories(queues, plan, together, runs?.usual)
  ).tell();
  const seen = { isManyPerTick, isEven, isShortOfCpu: isManyPerTick && !isEven && isShortOfCpu(queues) };
  if (!asksForBursts) return { histories: usual, bursts: null, inBursts: together, ...seen };
  const bursts = burstsIn(stretches, plan, usual, runs);
  const inBursts = bursts?.sure ?? false;
  return {
    histories: bursts && inBursts ? bursts.histories : usual,
    bursts,
    inBursts,
    ...seen,
  };
}

function burstsIn({ lanes, queues }: Stretches, plan: Plan, usual: Histories, runs: QueueRuns | null): Bursts | null {
  if (!lanes) return burstsInQueues(queues, plan, usual);
  return runs ? burstsInTicks(lanes, queues, plan, usual, runs) : burstsOnLanes(lanes, plan, usual);
}

function told(asked: Asked, followed: Followed): FilteredWaits {
  const { histories, bursts, inBursts, isManyPerTick, isEven } = followed;
  const { trace, pool, part, partly, effort, callers } = asked;
  const { quick } = part.plan;
  const { waits, model, times, evidence } = histories;
  const own = pool.queue === 'worker';
  // A live view ends now; those of a part of a log are seen behind it.
  const isWhole = !quick && effort !== 'look' && !partly;
  const endsFull = isWhole && unseenEndings(trace, own)(0, part.length, lastSlots(pool)) > MOST_UNSEEN;
  const bounds = boundsOf(asked);
  return {
    summary: {
      ...summariseWaits(waits, {
        basis: historiesText(pool, {
          callers: inBursts ? 'most of them in bursts' : model,
          requests: partly ? part.length : null,
          beginsFull: !part.isSeen && !partly,
          endsFull,
          isShortOfCpu: followed.isShortOfCpu,
          slotsOfOne: bounds.slotsOfOne,
        }),
        // What was queued before a part began, or the log, cannot be seen in it.
        hidden: asked.hidden || partly || !part.isSeen || endsFull,
        evidence,
        slots: pool.slots,
        onLanes: pool.onLanes,
        severalQueues: pool.queue === 'unknown',
        mayBeMore: pool.isLeast ?? false,
        manyPerTick: isManyPerTick,
        isEven,
        quick,
        inBursts,
        maybe: bursts && !bursts.sure ? { waits: bursts.histories.waits, chance: bursts.chance } : null,
        isShortOfCpu: followed.isShortOfCpu,
        start: times.start.map((micros) => micros / 1e6),
        longest: bounds.longest,
        inOneProcess: bounds.inOneProcess,
      }),
      full: !own && !pool.isLeast && !partly ? evidence.full : Number.NaN,
      callers: quick ? callers : inBursts ? 'in-bursts' : 'alone',
    },
    ...waitsByRequest(waits, trace.length, part),
    inTurn: model === IN_TURN,
    times: partly ? null : times,
  };
}

/** `waits`: s, of the part. */
function waitsByRequest(
  waits: readonly Float64Array[],
  length: number,
  part: Part,
): Pick<FilteredWaits, 'wait' | 'samples'> {
  const empty = () => new Float64Array(length).fill(Number.NaN);
  const wait = empty();
  const samples = waits.map((set) => {
    const sample = empty();
    for (let i = 0; i < part.length; i++) sample[part.from + i] = 1e6 * set[i];
    return sample;
  });
  for (let i = 0; i < part.length; i++) {
    let sum = 0;
    for (const set of waits) sum += set[i];
    wait[part.from + i] = (1e6 * sum) / waits.length;
  }
  return { wait, samples };
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

function withQueues(stretch: Stretch, trace: Trace, { queue }: Pool): QueueStretch {
  const own = queue === 'worker';
  const group = stretch.index.map((i) => (own ? trace.worker[i] : 0));
  return onQueues(stretch, group, own ? trace.workerIds.length : 1);
}
