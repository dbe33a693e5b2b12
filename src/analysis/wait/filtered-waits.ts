/** Waits of a pool whose callers come as they like, taken from possible histories of its starts and arrivals. */
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
import { type Histories, type HistoryTimes, laneHistories, type Plan, queueHistories } from './histories.ts';
import { historiesText } from './histories-text.ts';
import { withoutLongSilences } from './long-silences.ts';
import { MOST_UNSEEN, type Part, partToFollow } from './part-to-follow.ts';
import { type Elsewhere, here } from './runs-elsewhere.ts';
import { isShortOfCpu } from './short-of-cpu.ts';
import type { SlotChange } from './slot-changes.ts';
import { type Stretches, stretchesOf } from './stretches.ts';
import { summariseWaits, unknownWait } from './summarise-waits.ts';
import { unseenEndings } from './unseen-beginning.ts';
import { boundsOf } from './wait-bounds.ts';

const ROUNDS = 3;

/** Fewer requests do not show how their callers came: at once, one after the other, or again after each answer. */
const FEWEST_REQUESTS = 30;

export interface FilteredWaits {
  readonly summary: WaitInference;
  /** By index in the trace, µs: mean over the possible histories; NaN for requests that were not followed. */
  readonly wait: Float64Array;
  /** One array per possible history, µs by index in the trace; NaN for requests that were not followed. */
  readonly samples: readonly Float64Array[];
  /** The likeliest callers are a fixed number of clients, each of whom waits for its answer. */
  readonly inTurn: boolean;
  /** By index in the trace: times in µs since 1970, and their half-widths; null when only a part was followed. */
  readonly times: HistoryTimes | null;
}

/** The slots on which a request of the pool may run. */
export interface Pool {
  /** Slots of each queue. */
  readonly slots: number;
  /** `worker`: each worker has its own queue; `pool`: one queue for all; `unknown`: followed as one queue, but there may be several. */
  readonly queue: 'worker' | 'pool' | 'unknown';
  /** Every worker of the one queue is a slot, so the order of the requests on each slot is known. */
  readonly onLanes: boolean;
  /** There may be more slots: all of these were busy at once, and nothing shows that no more could be. */
  readonly isLeast?: true;
  /** Slots of the one queue from each instant on (µs since 1970 UTC), where their number changes; `slots` is then the largest. */
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
 * Follows a pool. null: the log contradicts workers that run one request at a time. `hidden`: workers were replaced, perhaps because of a
 * request that held them and wrote no line.
 */
export function filteredWaits(trace: Trace, pool: Pool, looks: Looks, hidden: boolean): FilteredWaits | null {
  // Slots come and go at instants of the log, so its silences must not be shortened.
  const shortened = pool.changes ? null : withoutLongSilences(trace);
  if (!shortened) return follow(trace, pool, looks, hidden);
  const found = follow(shortened.trace, pool, looks, hidden);
  if (!found) return null;
  const { summary, times } = found;
  return {
    ...found,
    // No slot is busy in a silence.
    summary: { ...summary, full: shortened.kept * summary.full },
    times: times && shortened.restore(times),
  };
}

interface Looks {
  readonly effort: Effort;
  /** µs since 1970 UTC: the log is still being written, and everything up to this instant is in it; null or missing: it has ended. */
  readonly until?: number | null;
  readonly callers: Callers;
  /**
   * Does filter runs in another thread before it is known whether they are needed; missing: they are done in this thread, when they are
   * needed.
   */
  readonly elsewhere?: Elsewhere;
}

/** A log and what is to be inferred from it. */
export interface Asked extends Looks {
  readonly trace: Trace;
  readonly pool: Pool;
  readonly hidden: boolean;
  readonly part: Part;
  /** `part` is not the whole log. */
  readonly partly: boolean;
}

function follow(trace: Trace, pool: Pool, looks: Looks, hidden: boolean): FilteredWaits | null {
  if (trace.length < FEWEST_REQUESTS)
    return silentWaits(trace, `${countText(trace.length, 'request')}, too few to tell how their callers came`);
  const part = partToFollow(trace, pool, looks.effort);
  const partly = part.length < trace.length;
  // A part that was kept of a long log begins in the middle of that log.
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
  /** Histories of callers in bursts, where the log does not refute them; null: it does, or that was not asked. */
  readonly bursts: Bursts | null;
  /** The histories are those of callers who come in bursts. */
  readonly inBursts: boolean;
  /** Slots may have idled although callers queued. */
  readonly isShortOfCpu: boolean;
  readonly isManyPerTick: boolean;
  /** Answers come as evenly as from a full pool; a few regular clients look the same. */
  readonly isEven: boolean;
  /** Callers usually found a slot free: perhaps nobody waited. */
  readonly hasRoom: boolean;
}

/** null: the log contradicts workers that run one request at a time. */
function historiesOf(asked: Asked): Followed | null {
  const { pool, hidden, part, effort, callers, elsewhere = here } = asked;
  const stretches = stretchesOf(asked);
  if (!stretches) return null;
  const { lanes, queues, isManyPerTick, isEven, hasRoom } = stretches;
  // `rounds`: a worker that is held by a killed request looks like clients who stay away, so fixed numbers of clients are not considered
  // then. `crowds`: they were measured on workers that run one request at a time only.
  const plan = { ...part.plan, rounds: hidden ? 0 : ROUNDS, crowds: part.plan.crowds && pool.onLanes && !hidden };
  const together = plan.quick && callers === 'in-bursts';
  // For a sample of a long log this question would cost as much as everything else. Where callers usually found a slot free, histories of
  // bursts believe in queues that the stamps cannot contradict.
  const asksForBursts = !plan.quick && effort !== 'sample' && !hasRoom;
  const runs = asksForBursts && lanes && isManyPerTick ? queueRuns(lanes, queues, plan, elsewhere) : null;
  const usual = (
    lanes && (together || !isManyPerTick)
      ? laneHistories(lanes, plan, together)
      : queueHistories(queues, plan, together, runs?.usual)
  ).tell();
  const seen = {
    isManyPerTick,
    isEven,
    hasRoom,
    isShortOfCpu: isManyPerTick && !isEven && isShortOfCpu(queues),
  };
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
  // Only for whole logs: a live view always ends with now, and what follows a part of a log is seen in the rest of it.
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
        // Callers who were queued when the part, or the log, began cannot be seen in it.
        hidden: asked.hidden || partly || !part.isSeen || endsFull,
        evidence,
        slots: pool.slots,
        onLanes: pool.onLanes,
        severalQueues: pool.queue === 'unknown',
        mayBeMore: pool.isLeast ?? false,
        manyPerTick: isManyPerTick,
        isEven,
        hasRoom: followed.hasRoom,
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

/** Waits (s, by request of the part) as columns of the trace, in µs. */
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

const lastSlots = ({ slots, changes }: Pool): number => changes?.at(-1)?.slots ?? slots;
