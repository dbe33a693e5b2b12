/** Possible histories of a stretch of log: when requests started, when their callers had arrived, and how long each waited. */
import { indicesBelow } from '../../core/columns.ts';
import { sumOf } from '../../core/statistics.ts';
import { type ArrivalEvidence, arrivalEvidence } from './arrival-evidence.ts';
import { createDraws, type Draws, seedOf } from './draws.ts';
import { type Run, runsOfLanes, runsOfQueue } from './filter-runs.ts';
import { isotonic } from './isotonic.ts';
import type { FilterRun, Path } from './paths.ts';
import { drawWaits, type Queue, type WaitDraws } from './posterior.ts';
import { type LaneStretch, partOf, type QueueStretch, type Stretch } from './stretch.ts';

export interface Plan {
  readonly particles: number;
  /** Number of independent filter runs (a run that has lost its way then stands out), and of histories taken from each. */
  readonly runs: number;
  readonly paths: number;
  /** How often histories may be followed again for a fixed number of clients; each time for fewer of them. */
  readonly rounds: number;
  readonly draws: number;
  /** Arrivals are drawn for one history only, and under one model of the callers instead of several. */
  readonly quick: boolean;
  /** Crowds may have come among callers who come at random. */
  readonly crowds: boolean;
}

/** By request: times in µs since 1970, and their half-widths. */
export interface HistoryTimes {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly uncertainty: Float64Array;
}

export interface Histories {
  readonly evidence: ArrivalEvidence;
  readonly waits: readonly Float64Array[];
  readonly model: string;
  readonly times: HistoryTimes;
  /** ln P(stamps | such callers) for each of ten parts of the log, up to a constant that all histories of one kind share. */
  readonly logEvidence: Float64Array;
}

/**
 * In longer logs a fixed number of clients is not considered: load tests by a few clients are shorter, and those worlds take much memory.
 */
const MOST_OF_CLIENTS = 20_000;

/** Histories whose evidence is known before they are worked out in full, which costs as much again. */
export interface Candidate {
  readonly logEvidence: Float64Array;
  readonly tell: () => Histories;
}

/** Paths through one queue, how likely they make the stamps, and the waits drawn on them. */
interface Followed extends FilterRun {
  readonly drawn: () => WaitDraws;
}

type Elsewhere = readonly number[] | null;

/**
 * Follows one queue. If the histories of random callers turn out to favour a fixed number of clients, they are followed again for that
 * number; `drawsOf` gives the random draws for each round. If most callers come in bursts (`inBursts`), the others are asked about under
 * one model, once, and only when the waits are wanted. Otherwise, with `plan.crowds`, histories in which a crowd may have come are added to
 * those of callers who come alone; the evidence is that of the latter.
 */
function followed(
  run: Run,
  duration: Float64Array,
  queue: Queue,
  plan: Plan,
  inBursts: boolean,
  drawsOf: () => Draws,
  elsewhere: Elsewhere = null,
): Followed {
  const waitsOn = ({ paths, callers }: FilterRun): WaitDraws => {
    // With few draws, taking them all from one path scatters hardly more than spreading them over several, and the arrivals are worked out
    // once.
    const asked = plan.quick ? paths.slice(0, 1) : paths;
    const isKnown = callers !== undefined;
    const worlds = { one: plan.quick || inBursts || isKnown, crowds: plan.crowds && !inBursts, elsewhere };
    const drawn = drawWaits(asked, duration, queue, plan.draws, worlds, drawsOf());
    return isKnown ? { ...drawn, model: callers } : drawn;
  };
  let asked = Number.POSITIVE_INFINITY;
  const alone = run(asked, false);
  if (inBursts) return { ...alone, drawn: () => waitsOn(alone) };
  let found = plan.crowds && alone.callers === undefined ? both(alone, run(asked, true)) : alone;
  let drawn = waitsOn(found);
  for (let round = 0; round < plan.rounds && drawn.clients < asked; round++) {
    asked = drawn.clients;
    found = run(asked, false);
    drawn = waitsOn(found);
  }
  const last = drawn;
  const { logEvidence } = asked < Number.POSITIVE_INFINITY ? found : alone;
  return { ...found, logEvidence, drawn: () => last };
}

const both = (one: FilterRun, other: FilterRun): FilterRun => ({ ...one, paths: [...one.paths, ...other.paths] });

/**
 * Histories of workers that run one request at a time; `inBursts`: of callers most of whom come in bursts. Histories that did not keep up
 * in a race have an evidence of -Infinity, and `tell` must not be called on them.
 */
export function laneHistories(
  lanes: LaneStretch,
  plan: Plan,
  inBursts: boolean,
  run: Run = runsOfLanes(lanes, plan, inBursts, null),
): Candidate {
  const seed = seedOf(lanes.low, lanes.duration);
  const { slots, length, goesOn = false } = lanes;
  const queue = { slots, shared: length <= MOST_OF_CLIENTS, goesOn: goesOn && !inBursts };
  const { paths, drawn, logEvidence } = followed(run, lanes.duration, queue, plan, inBursts, () =>
    createDraws(seed ^ 1),
  );
  const tell = () => ({
    ...drawn(),
    times: timesOf(lanes, paths),
    evidence: arrivalEvidence(paths, [indicesBelow(lanes.duration.length)], lanes.slots, lanes.duration),
    logEvidence,
  });
  return { logEvidence, tell };
}

/**
 * Histories of queues with several slots each, by a filter for each queue; `inBursts`: of callers most of whom come in bursts. `runs`: the
 * runs to use, if there is only one queue.
 */
export function queueHistories(
  queues: QueueStretch,
  plan: Plan,
  inBursts: boolean,
  runs: Run | null = null,
): Candidate {
  const seed = seedOfQueues(queues);
  const draws = createDraws(seed ^ 1);
  const isOne = queues.members.length === 1 && !queues.changes;
  const { slots, length, goesOn = false } = queues;
  const queue = { slots, shared: isOne && length <= MOST_OF_CLIENTS, goesOn: goesOn && !inBursts };
  const parts = queues.members
    .filter((members) => members.length > 0)
    .map((members) => ({ members, part: partOf(queues, members) }));
  // A queue that is seldom empty hides how its callers come. Calmer queues show it, and their callers are of the same kind; so those with
  // less work go first.
  parts.sort((a, b) => sumOf(a.part.duration) - sumOf(b.part.duration));
  let elsewhere: Elsewhere = null;
  const each = parts.map(({ members, part }) => {
    const run = runs ?? runsOfQueue(part, plan, inBursts, seed);
    const one = followed(run, part.duration, queue, plan, inBursts, () => draws, elsewhere);
    if (!plan.quick && !inBursts)
      elsewhere = one.drawn().support.map((nats, world) => nats + (elsewhere?.[world] ?? 0));
    return { members, ...one };
  });
  const logEvidence = each[0].logEvidence.map((_, part) => sumOf(each.map((one) => one.logEvidence[part])));
  return { logEvidence, tell: () => ({ ...joined(queues, plan, each), logEvidence }) };
}

export const seedOfQueues = ({ low, duration }: QueueStretch): number => seedOf(low, duration);

/** Puts the histories of the single queues together into histories of all of them. */
function joined(
  queues: QueueStretch,
  plan: Plan,
  each: readonly (Followed & { readonly members: Int32Array })[],
): Omit<Histories, 'logEvidence'> {
  const paths = Array.from({ length: plan.paths * plan.runs }, () => ({
    start: new Float64Array(queues.length),
    queued: new Uint8Array(queues.length),
  }));
  const waits = Array.from({ length: plan.draws }, () => new Float64Array(queues.length));
  const models = new Map<string, number>();
  for (const { members, paths: own, drawn } of each) {
    const { model, waits: ownWaits } = drawn();
    paths.forEach((path, k) => {
      const { start, queued } = own[k % own.length];
      for (let x = 0; x < members.length; x++) {
        path.start[members[x]] = start[x];
        path.queued[members[x]] = queued[x];
      }
    });
    models.set(model, (models.get(model) ?? 0) + members.length);
    waits.forEach((wait, k) => {
      const set = ownWaits[k % ownWaits.length];
      for (let x = 0; x < members.length; x++) wait[members[x]] = set[x];
    });
  }
  const [model] = [...models].sort((a, b) => b[1] - a[1])[0];
  const isSpread = each.some(({ callers }) => callers !== undefined);
  return {
    waits,
    model,
    times: inLineOrder(queues, timesOf(queues, paths, isSpread)),
    evidence: arrivalEvidence(paths, queues.members, queues.slots, queues.duration),
  };
}

/**
 * Times of each request: mean and standard deviation over the histories. `asFirst`: the times of the first history and how far the others are
 * from it. Histories that only the tick of a stamp holds together have means that are spaced evenly, as no history is.
 */
function timesOf(stretch: Stretch, paths: readonly Path[], asFirst = false): HistoryTimes {
  const { length } = stretch;
  const start = new Float64Array(length);
  const end = new Float64Array(length);
  const uncertainty = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    let squares = 0;
    for (const path of paths) {
      sum += path.start[i];
      squares += path.start[i] ** 2;
    }
    const mean = sum / paths.length;
    const at = asFirst ? paths[0].start[i] : mean;
    start[i] = Math.round(stretch.origin + 1e6 * at);
    end[i] = start[i] + Math.round(1e6 * stretch.duration[i]);
    uncertainty[i] = 1e6 * Math.sqrt(Math.max(0, squares / paths.length - mean * mean) + (at - mean) ** 2);
  }
  return { start, end, uncertainty };
}

/** Where slots are unknown, histories may have neighbours in each other's place. The order of the lines says which of them ended first. */
function inLineOrder(stretch: Stretch, times: HistoryTimes): HistoryTimes {
  if (stretch.jitter === Infinity) return times;
  const end = isotonic(times.end);
  for (let i = 0; i < end.length; i++) {
    const at = (end[i] - stretch.origin) / 1e6;
    end[i] = Math.round(stretch.origin + 1e6 * Math.min(stretch.high[i], Math.max(stretch.low[i], at)));
  }
  const start = end.map((at, i) => at - Math.round(1e6 * stretch.duration[i]));
  return { start, end, uncertainty: times.uncertainty };
}
