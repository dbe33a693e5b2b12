/** Runs of a filter, independent of each other, so that one that lost its way shows. */
import { sumOf } from '../../core/statistics.ts';
import { seedOf } from './draws.ts';
import type { Plan } from './histories.ts';
import { surelyIdle } from './idle-moments.ts';
import { filterLanes } from './lane-filter.ts';
import { mostGap } from './most-gap.ts';
import type { FilterRun, FilterSettings, Following } from './paths.ts';
import { filterQueue } from './queue-filter.ts';
import { rateCurve } from './rate-curve.ts';
import { PARTS } from './resample.ts';
import { meanSlots } from './slot-changes.ts';
import type { LaneStretch, Stretch } from './stretch.ts';

/** For so many clients who wait for their answers; `crowds`: some may come together. */
export type Run = (clients: number, crowds: boolean) => FilterRun;

/** How likely callers of another kind make the log, as far as it has been followed for them. */
export interface Rival {
  /** ln P(the stamps up to the end of a part | such callers). */
  upTo(part: number): number;
  /** The same of each part. */
  all(): Float64Array;
}

/** Nats by which callers are further behind than the rest of a log could make good for; they are not followed any more. */
export interface Race {
  readonly rival: Rival;
  readonly mostBehind: number;
}

/** Work per time of the slots, 0..1. */
function loadOf({ length, duration, high, slots, changes }: Stretch): number {
  let work = 0;
  let last = 0;
  for (let i = 0; i < length; i++) {
    work += duration[i];
    last = Math.max(last, high[i]);
  }
  const seconds = Math.max(1, last);
  return Math.min(MOST_LOAD, work / ((changes ? meanSlots(changes, 0, seconds) : slots) * seconds));
}

/** s: the latest instant from which on, and before `second`, a slot is known to have idled. A slot that has just come boots, while others queue. */
function idleSince({ length, low, high, duration, tick, slots, hidden, changes }: Stretch): (second: number) => number {
  if (hidden || changes) return () => Number.NEGATIVE_INFINITY;
  const micros = (seconds: Float64Array) => seconds.map((s) => 1e6 * s);
  const ends = { length, low: micros(low), high: micros(high), duration: micros(duration) };
  const since = surelyIdle(ends, 1e6 * tick, () => slots);
  return (second) => since(1e6 * second) / 1e6;
}

const MOST_LOAD = 0.98;
/** Nats behind the best run from which a run has lost its way. */
const LOST = 20;
/** The same in a tenth of the requests. */
const LOST_IN_PART = 5;
/** Of fewer particles that follow slots all may come to believe in a queue that is not there. */
const FEWEST_IN_QUEUES = 24;

/** What is known of the callers before. */
type Callers = Pick<FilterSettings, 'inBursts' | 'mostGap' | 'evenGap' | 'seed'>;

/** Filters at their beginning, each made when it is asked for. */
type Starts = (clients: number, crowds: boolean) => readonly (() => Following)[];

function startsOf<S extends Stretch>(
  filter: (stretch: S, settings: FilterSettings) => Following,
  stretch: S,
  { particles, paths, runs }: Plan,
  callers: Callers,
): Starts {
  const { seed } = callers;
  const settings = {
    ...callers,
    particles,
    paths,
    rate: rateCurve(stretch),
    load: loadOf(stretch),
    idleSince: idleSince(stretch),
  };
  return (clients, crowds) =>
    Array.from({ length: runs }, (_, k) => () => filter(stretch, { ...settings, clients, crowds, seed: seed + k }));
}

/** Their own chains bound the gaps. */
const startsOnLanes = (lanes: LaneStretch, plan: Plan, inBursts: boolean): Starts =>
  startsOf(filterLanes, lanes, plan, {
    inBursts,
    mostGap: Number.POSITIVE_INFINITY,
    evenGap: Number.NaN,
    seed: seedOf(lanes.low, lanes.duration),
  });

/** Of workers that run one request at a time; `race`: followed no further than they keep up. */
export function runsOfLanes(lanes: LaneStretch, plan: Plan, inBursts: boolean, race: Race | null): Run {
  const starts = startsOnLanes(lanes, plan, inBursts);
  return (clients, crowds) => {
    const some = starts(clients, crowds);
    if (race === null) return bestOf(toTheEnd(some), inBursts);
    const runs = some.map((start) => start());
    return keepsUp(runs, race) ? bestOf(told(runs), inBursts) : hopeless;
  };
}

/** Callers who come alone, followed on lanes as far as somebody asks. */
export function aloneOnLanes(lanes: LaneStretch, plan: Plan): Rival {
  const runs = startsOnLanes(
    lanes,
    { ...plan, paths: 0 },
    false,
  )(Number.POSITIVE_INFINITY, false).map((start) => start());
  return {
    upTo(part) {
      for (const run of runs) run.goOn(part);
      return bestSoFar(runs);
    },
    all: () => bestOf(told(runs), false).logEvidence,
  };
}

export const followedAlready = (logEvidence: Float64Array): Rival => ({
  upTo: (part) => sumOf(logEvidence.subarray(0, part + 1)),
  all: () => logEvidence,
});

/** Follows the runs a tenth of the log at a time beside their rival; false: the best of them is too far behind. */
function keepsUp(runs: readonly Following[], { rival, mostBehind }: Race): boolean {
  for (let part = 0; part < PARTS; part++) {
    for (const run of runs) run.goOn(part);
    if (bestSoFar(runs) < rival.upTo(part) - mostBehind) return false;
  }
  return true;
}

const bestSoFar = (runs: readonly Following[]): number => Math.max(...runs.map((run) => sumOf(run.logEvidence)));

const hopeless: FilterRun = { paths: [], logEvidence: new Float64Array(PARTS).fill(Number.NEGATIVE_INFINITY) };

/** Of runs that have begun. */
const told = (runs: readonly Following[]): FilterRun[] => runs.map((run) => run.told());

/** One after the other: each holds all that it has decided until it has told its paths. */
const toTheEnd = (starts: readonly (() => Following)[]): FilterRun[] => starts.map((start) => start().told());

/** Of several slots that share a queue. */
export function runsOfQueue(queue: Stretch, plan: Plan, inBursts: boolean, seed: number): Run {
  const particles = plan.quick ? plan.particles : Math.max(FEWEST_IN_QUEUES, plan.particles);
  const gaps = { mostGap: mostGap(queue), evenGap: queue.evenGap ?? Number.NaN };
  const starts = startsOf(filterQueue, queue, { ...plan, particles }, { inBursts, ...gaps, seed });
  return (clients, crowds) => {
    const runs = toTheEnd(starts(clients, crowds));
    return inBursts ? bestOf(runs, inBursts) : withoutLost(runs);
  };
}

/** Paths of the runs; of those that follow bursts a run may miss most of them, and shows it. */
function bestOf(runs: readonly FilterRun[], inBursts: boolean): FilterRun {
  const nats = runs.map((run) => sumOf(run.logEvidence));
  const most = Math.max(...nats);
  const kept = inBursts ? runs.filter((_, k) => nats[k] > most - LOST) : runs;
  return { paths: kept.flatMap((run) => run.paths), logEvidence: runs[nats.indexOf(most)].logEvidence };
}

/** Where a run has lost its way for a part of the requests, its paths follow there those of the run that found it best. */
function withoutLost(runs: readonly FilterRun[]): FilterRun {
  const parts = runs[0].logEvidence.length;
  const length = runs[0].paths[0].start.length;
  const best = Array.from({ length: parts }, (_, part) =>
    runs.reduce((most, run) => (run.logEvidence[part] > most.logEvidence[part] ? run : most)),
  );
  const mended = runs.flatMap((run) =>
    run.paths.map((path, m) => {
      const mend = { start: path.start.slice(), queued: path.queued.slice() };
      for (let part = 0; part < parts; part++) {
        if (run.logEvidence[part] > best[part].logEvidence[part] - LOST_IN_PART) continue;
        const from = Math.floor((part * length) / parts);
        const to = Math.floor(((part + 1) * length) / parts);
        mend.start.set(best[part].paths[m].start.subarray(from, to), from);
        mend.queued.set(best[part].paths[m].queued.subarray(from, to), from);
      }
      return mend;
    }),
  );
  return { paths: mended, logEvidence: bestOf(runs, false).logEvidence };
}
