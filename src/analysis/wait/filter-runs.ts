/** Independent runs of a filter. A run that has lost its way then stands out against the others. */
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
import { isQuick } from './room-to-spare.ts';
import { meanSlots } from './slot-changes.ts';
import { spreadArrivals } from './spread-arrivals.ts';
import type { LaneStretch, Stretch } from './stretch.ts';

/** Runs the filters for `clients` clients who wait for their answers; `crowds`: some callers may come together. */
export type Run = (clients: number, crowds: boolean) => FilterRun;

/** How likely the log is under another kind of callers, as far as it has been followed for them. */
export interface Rival {
  /** ln P(stamps up to the end of part `part` | such callers). */
  upTo(part: number): number;
  /** The same for each part alone. */
  all(): Float64Array;
}

/**
 * Callers who fall more than `mostBehind` nats behind their rival are followed no further: the rest of the log could not make up for that.
 */
export interface Race {
  readonly rival: Rival;
  readonly mostBehind: number;
}

/** Utilisation of the slots, 0..1. */
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

/**
 * For an instant (s): the start of the latest interval before it in which a slot surely idled; -Infinity: none is known. Not where slots
 * change, because a slot that has just come is still booting while others queue.
 */
function idleSince(stretch: Stretch): (second: number) => number {
  const { length, low, high, duration, tick, slots, hidden, changes, hasRoom } = stretch;
  if (hidden || changes) return () => Number.NEGATIVE_INFINITY;
  const micros = (seconds: Float64Array) => seconds.map((s) => 1e6 * s);
  const ends = { length, low: micros(low), high: micros(high), duration: micros(duration) };
  const since = surelyIdle(ends, 1e6 * tick, () => slots, hasRoom ? USUAL_HAND_OVER : undefined);
  return (second) => since(1e6 * second) / 1e6;
}

/** µs: longer than a slot needs between two requests, on average, on a machine that is not short of CPU. */
const USUAL_HAND_OVER = 2000;
const MOST_LOAD = 0.98;
/** A run this many nats behind the best one has lost its way. */
const LOST = 20;
/** The same for a single part (a tenth of the requests). */
const LOST_IN_PART = 5;
/** With fewer particles on a queue, all of them may come to believe in a queue that is not there. */
const FEWEST_IN_QUEUES = 24;

/** The settings that depend on the assumed callers. */
type Callers = Pick<FilterSettings, 'inBursts' | 'mostGap' | 'isTight' | 'evenGap' | 'seed'>;

/** Filters that have not begun yet; each is made when it is called for, to save memory. */
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

/** Lanes need no bound for the gaps, because the requests of each lane bound them, unless a queue would leave no mark in the stamps. */
const startsOnLanes = (lanes: LaneStretch, plan: Plan, inBursts: boolean): Starts =>
  startsOf(filterLanes, lanes, plan, {
    inBursts,
    mostGap: lanes.hasRoom ? mostGap(lanes) : Number.POSITIVE_INFINITY,
    isTight: lanes.hasRoom ?? false,
    evenGap: Number.NaN,
    seed: seedOf(lanes.low, lanes.duration),
  });

/** Runs for workers that run one request at a time. With a `race` they are followed only as long as they keep up with their rival. */
export function runsOfLanes(lanes: LaneStretch, plan: Plan, inBursts: boolean, race: Race | null): Run {
  const starts = startsOnLanes(lanes, plan, inBursts);
  return (clients, crowds) => {
    const some = starts(clients, crowds);
    if (race === null) return bestOf(toTheEnd(some), inBursts);
    const runs = some.map((start) => start());
    return keepsUp(runs, race) ? bestOf(told(runs), inBursts) : hopeless;
  };
}

/** Callers who come alone, followed on lanes only as far as they are asked about. */
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

/** Follows the runs part by part beside their rival; false: the best of them has fallen too far behind. */
function keepsUp(runs: readonly Following[], { rival, mostBehind }: Race): boolean {
  for (let part = 0; part < PARTS; part++) {
    for (const run of runs) run.goOn(part);
    if (bestSoFar(runs) < rival.upTo(part) - mostBehind) return false;
  }
  return true;
}

const bestSoFar = (runs: readonly Following[]): number => Math.max(...runs.map((run) => sumOf(run.logEvidence)));

const hopeless: FilterRun = { paths: [], logEvidence: new Float64Array(PARTS).fill(Number.NEGATIVE_INFINITY) };

/** Finishes runs that have begun. */
const told = (runs: readonly Following[]): FilterRun[] => runs.map((run) => run.told());

/** One after the other, because a run keeps all its decisions in memory until it has returned its paths. */
const toTheEnd = (starts: readonly (() => Following)[]): FilterRun[] => starts.map((start) => start().told());

/** Runs for several slots that share a queue. */
export function runsOfQueue(queue: Stretch, plan: Plan, inBursts: boolean, seed: number): Run {
  const spread = queue.hasRoom ? spreadArrivals(queue, plan, seed) : null;
  if (spread) return () => spread;
  const particles = plan.quick ? plan.particles : Math.max(FEWEST_IN_QUEUES, plan.particles);
  const gaps = { mostGap: mostGap(queue), isTight: isQuick(queue), evenGap: queue.evenGap ?? Number.NaN };
  const starts = startsOf(filterQueue, queue, { ...plan, particles }, { inBursts, ...gaps, seed });
  return (clients, crowds) => {
    const runs = toTheEnd(starts(clients, crowds));
    return inBursts ? bestOf(runs, inBursts) : withoutLost(runs);
  };
}

/** Joins the paths of the runs. A run that follows bursts may miss most of them, which its evidence shows; such runs are left out. */
function bestOf(runs: readonly FilterRun[], inBursts: boolean): FilterRun {
  const nats = runs.map((run) => sumOf(run.logEvidence));
  const most = Math.max(...nats);
  const kept = inBursts ? runs.filter((_, k) => nats[k] > most - LOST) : runs;
  return { paths: kept.flatMap((run) => run.paths), logEvidence: runs[nats.indexOf(most)].logEvidence };
}

/** Joins the paths of the runs. In parts where a run has lost its way, its paths are replaced by those of the best run there. */
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
