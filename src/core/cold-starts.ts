/** Workers whose first request takes much longer than later ones: caches, imports and connections of a new process. */
import type { Analysis } from './finding.ts';
import { groupsOf, type Rows, rowsOf } from './rows.ts';
import { countBelow, medianOf, rankSumTest } from './statistics.ts';

/** So many requests of a worker count as its first ones. */
const FIRST = 2;
/** Fewest requests of the log, workers that were started during it, and later requests of a route for a median. */
const MINIMUM_REQUESTS = 50;
const MINIMUM_LIVES = 4;
const MINIMUM_LATER = 10;
/** Least ratio and excess (µs) of first requests, in the median, and p below which that is no chance. */
const SLOWER = 3;
const MATERIAL = 20_000;
const SURE = 0.001;
/** µs after the beginning of the log, and requests for each worker before, from which on a worker that first shows is new. */
const WELL_AFTER = 10e6;
const MANY_BEFORE = 20;
/** First requests of early workers count as cold if their excess is at least this share of the median excess. */
const AS_SLOW = 0.5;

interface First {
  readonly position: number;
  readonly route: number;
  /** Duration in µs; start in µs since 1970 UTC. */
  readonly micros: number;
  readonly at: number;
}

export interface ColdStart {
  /** Position in the rows of the first request of a worker that was started during the log. */
  readonly position: number;
  /** µs since 1970 UTC */
  readonly at: number;
  readonly micros: number;
  /** µs beyond the median of later requests of its route. */
  readonly excess: number;
}

export interface ColdStarts {
  /** Number of workers that were started during the log. */
  readonly lives: number;
  readonly heads: readonly ColdStart[];
  /** First requests of workers that were there from the beginning, if they are as slow: these workers may have started just then. */
  readonly early: readonly ColdStart[];
  /** Median ratio of a first request to the median of later ones of its route. */
  readonly ratio: number;
}

/** null: first requests are no slower than by chance, or there are too few. */
export function findColdStarts(analysis: Analysis): ColdStarts | null {
  const rows = rowsOf(analysis);
  if (rows.length < MINIMUM_REQUESTS) return null;
  const { lives, firsts, atBeginning, laterOf } = firstRequests(analysis, rows);
  if (lives < MINIMUM_LIVES) return null;
  const medians = new Map(
    [...laterOf].filter(([, list]) => list.length >= MINIMUM_LATER).map(([route, list]) => [route, medianOf(list)]),
  );
  const coldOf = (some: readonly First[]): ColdStart[] =>
    some
      .filter(({ route }) => medians.has(route))
      .map(({ position, at, micros, route }) => ({ position, at, micros, excess: micros - medians.get(route)! }));
  const heads = coldOf(firsts);
  if (heads.length < MINIMUM_LIVES) return null;
  const ratios = heads.map(ratioOf);
  const usualExcess = medianOf(heads.map(({ excess }) => excess));
  const ratio = medianOf(ratios);
  if (!(ratio >= SLOWER) || !(usualExcess >= MATERIAL)) return null;
  const laterRatios = [...laterOf].flatMap(([route, list]) =>
    medians.has(route) ? list.map((micros) => micros / medians.get(route)!) : [],
  );
  if (rankSumTest(laterRatios, ratios).p > SURE) return null;
  const early = coldOf(atBeginning).filter((one) => ratioOf(one) >= SLOWER && one.excess >= AS_SLOW * usualExcess);
  return { lives, ratio, heads, early };
}

interface FirstRequests {
  /** Number of workers that were started during the log. */
  readonly lives: number;
  /** The first request of each of these workers, and of those that were there from the beginning. */
  readonly firsts: readonly First[];
  readonly atBeginning: readonly First[];
  /** By id of the route: µs that requests took which were not among the first FIRST of their worker. */
  readonly laterOf: ReadonlyMap<number, readonly number[]>;
}

function firstRequests(analysis: Analysis, rows: Rows): FirstRequests {
  const isNew = newWorkerTest(analysis, rows);
  const firsts: First[] = [];
  const atBeginning: First[] = [];
  const laterOf = new Map<number, number[]>();
  let lives = 0;
  for (const [worker, members] of groupsOf(rows.worker)) {
    if (worker < 0 || members.length < 5 * FIRST) continue;
    const fresh = isNew(worker);
    if (fresh) lives++;
    const [first] = members;
    if (rows.service[first] >= 0) {
      const one = { position: first, route: rows.route[first], micros: rows.service[first], at: rows.start[first] };
      (fresh ? firsts : atBeginning).push(one);
    }
    for (const i of members.slice(FIRST)) {
      if (!(rows.service[i] >= 0)) continue;
      const list = laterOf.get(rows.route[i]);
      if (list) list.push(rows.service[i]);
      else laterOf.set(rows.route[i], [rows.service[i]]);
    }
  }
  return { lives, firsts, atBeginning, laterOf };
}

/** Tests whether a worker, by its id, was started during the log. */
function newWorkerTest(
  { lifecycle, inference, names, summary }: Analysis,
  { start, length }: Rows,
): (worker: number) => boolean {
  const booted = new Set(
    lifecycle.filter(({ kind, worker }) => kind === 'boot' && worker !== null).map(({ worker }) => worker),
  );
  const lifeOf = new Map(inference.lives.map((life) => [life.worker, life]));
  return (worker) => {
    if (booted.has(names.workers.text(worker))) return true;
    // If the server said nothing: a worker counts as new if it is first seen well after the log began, after many requests of others.
    const life = lifeOf.get(worker);
    if (!life) return false;
    const before = countBelow(length, (i) => start[i], life.from);
    return life.from - start[0] > WELL_AFTER && before >= MANY_BEFORE * Math.max(1, summary.server.workers.value ?? 1);
  };
}

/** Ratio of the request to the median of later ones of its route. */
const ratioOf = ({ micros, excess }: ColdStart): number => micros / (micros - excess);
