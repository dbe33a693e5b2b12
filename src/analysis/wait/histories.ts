/** Possible histories of a stretch of log: when requests started, when their callers had come, how long each waited. */
import { type ArrivalEvidence, arrivalEvidence } from './arrival-evidence.ts';
import { createDraws, seedOf } from './draws.ts';
import { isotonic } from './isotonic.ts';
import { filterLanes } from './lane-filter.ts';
import type { Path } from './paths.ts';
import { drawWaits, type WaitDraws } from './posterior.ts';
import { filterQueue } from './queue-filter.ts';
import { rateCurve } from './rate-curve.ts';
import { type LaneStretch, partOf, type QueueStretch, type Stretch } from './stretch.ts';

export interface Plan {
  readonly particles: number;
  /** Independent filters, so that one that lost its way shows, and histories of each. */
  readonly runs: number;
  readonly paths: number;
  /** How often histories may be followed again for clients who wait; each time there are fewer of them. */
  readonly rounds: number;
  readonly draws: number;
  /** Arrivals are drawn under one model of the callers instead of several. */
  readonly quick: boolean;
}

/** µs since 1970 and half-widths, by request. */
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
}

interface Followed {
  readonly paths: readonly Path[];
  readonly drawn: WaitDraws;
}

/** Histories of random callers that speak for clients who wait are followed again, as those clients would make them. */
function settled(follow: (clients: number) => Followed, rounds: number): Followed {
  let asked = Number.POSITIVE_INFINITY;
  let found = follow(asked);
  for (let round = 0; round < rounds && found.drawn.clients < asked; round++) {
    asked = found.drawn.clients;
    found = follow(asked);
  }
  return found;
}

/** Work per time of the slots, 0..1. */
function loadOf({ length, duration, high, slots }: Stretch): number {
  let work = 0;
  let last = 0;
  for (let i = 0; i < length; i++) {
    work += duration[i];
    last = Math.max(last, high[i]);
  }
  return Math.min(MOST_LOAD, work / (slots * Math.max(1, last)));
}

const MOST_LOAD = 0.98;

/** Of workers that run one request at a time, by a particle filter. */
export function laneHistories(lanes: LaneStretch, plan: Plan): Histories {
  const seed = seedOf(lanes.low, lanes.duration);
  const settings = { particles: plan.particles, paths: plan.paths, rate: rateCurve(lanes), load: loadOf(lanes) };
  const queue = { slots: lanes.slots, shared: true };
  const { paths, drawn } = settled((clients) => {
    const run = (k: number) => filterLanes(lanes, { ...settings, clients, seed: seed + k });
    const followed = Array.from({ length: plan.runs }, (_, k) => run(k)).flat();
    const draws = createDraws(seed ^ 1);
    return { paths: followed, drawn: drawWaits(followed, lanes.duration, queue, plan.draws, plan.quick, draws) };
  }, plan.rounds);
  return {
    ...drawn,
    times: timesOf(lanes, paths),
    evidence: arrivalEvidence(paths, [Int32Array.from(lanes.duration.keys())], lanes.slots, lanes.duration),
  };
}

/** Of queues with several slots each, by a particle filter for each. */
export function queueHistories(queues: QueueStretch, plan: Plan): Histories {
  const seed = seedOf(queues.low, queues.duration);
  const draws = createDraws(seed ^ 1);
  const paths = Array.from({ length: plan.paths * plan.runs }, () => ({
    start: new Float64Array(queues.length),
    queued: new Uint8Array(queues.length),
  }));
  const waits = Array.from({ length: plan.draws }, () => new Float64Array(queues.length));
  const models = new Map<string, number>();
  for (const members of queues.members) {
    if (members.length === 0) continue;
    const part = partOf(queues, members);
    const settings = { particles: plan.particles, paths: plan.paths, rate: rateCurve(part), load: loadOf(part) };
    const queue = { slots: queues.slots, shared: queues.members.length === 1 };
    const { paths: own, drawn } = settled((clients) => {
      const run = (k: number) => filterQueue(part, { ...settings, clients, seed: seed + k });
      const followed = Array.from({ length: plan.runs }, (_, k) => run(k)).flat();
      return { paths: followed, drawn: drawWaits(followed, part.duration, queue, plan.draws, plan.quick, draws) };
    }, plan.rounds);
    own.forEach(({ start, queued }, k) => {
      for (let x = 0; x < members.length; x++) {
        paths[k].start[members[x]] = start[x];
        paths[k].queued[members[x]] = queued[x];
      }
    });
    models.set(drawn.model, (models.get(drawn.model) ?? 0) + members.length);
    waits.forEach((wait, k) => {
      const set = drawn.waits[k % drawn.waits.length];
      for (let x = 0; x < members.length; x++) wait[members[x]] = set[x];
    });
  }
  const [model] = [...models].sort((a, b) => b[1] - a[1])[0];
  return {
    waits,
    model,
    times: inLineOrder(queues, timesOf(queues, paths)),
    evidence: arrivalEvidence(paths, queues.members, queues.slots, queues.duration),
  };
}

/** Mean of the histories. */
function timesOf(stretch: Stretch, paths: readonly Path[]): HistoryTimes {
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
    start[i] = Math.round(stretch.origin + 1e6 * mean);
    end[i] = start[i] + Math.round(1e6 * stretch.duration[i]);
    uncertainty[i] = 1e6 * Math.sqrt(Math.max(0, squares / paths.length - mean * mean));
  }
  return { start, end, uncertainty };
}

/** Histories of unknown slots may have neighbours in each other's place; the lines say which of them ended first. */
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
