/** Workers whose first request takes much longer than later ones: caches, imports and connections of a new process. */
import type { Analysis } from './finding.ts';
import { groupsOf, rowsOf } from './rows.ts';
import { countBelow, medianOf, rankSumTest } from './statistics.ts';

/** So many requests of a worker count as its first ones. */
const FIRST = 2;
const MINIMUM_LIVES = 4;
const SLOWER = 3;
const MATERIAL = 20_000;
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
  if (rows.length < 50) return null;
  const logFrom = rows.start[0];
  const booted = new Set(
    analysis.lifecycle.filter(({ kind, worker }) => kind === 'boot' && worker !== null).map(({ worker }) => worker),
  );
  const lifeOf = new Map(analysis.inference.lives.map((life) => [life.worker, life]));
  const born = (worker: number): boolean => {
    if (booted.has(analysis.names.workers.text(worker))) return true;
    // If the server said nothing: a worker counts as new if it is first seen well after the log began, after many requests of others.
    const life = lifeOf.get(worker);
    if (!life) return false;
    const before = countBelow(rows.length, (i) => rows.start[i], life.from);
    return life.from - logFrom > 10e6 && before >= 20 * Math.max(1, analysis.summary.server.workers.value ?? 1);
  };
  // By route: the first requests of new workers, and the median of all later requests.
  const laterOf = new Map<number, number[]>();
  const firsts: First[] = [];
  const atBeginning: First[] = [];
  let lives = 0;
  for (const [worker, members] of groupsOf(rows.worker)) {
    if (worker < 0 || members.length < 5 * FIRST) continue;
    const fresh = born(worker);
    if (fresh) lives++;
    members.forEach((i, order) => {
      if (!(rows.service[i] >= 0)) return;
      const route = rows.route[i];
      if (order < FIRST) {
        if (order === 0) {
          const first = { position: i, route, micros: rows.service[i], at: rows.start[i] };
          (fresh ? firsts : atBeginning).push(first);
        }
        return;
      }
      const list = laterOf.get(route);
      if (list) list.push(rows.service[i]);
      else laterOf.set(route, [rows.service[i]]);
    });
  }
  if (lives < MINIMUM_LIVES) return null;
  const medians = new Map(
    [...laterOf].filter(([, list]) => list.length >= 10).map(([route, list]) => [route, medianOf(list)]),
  );
  const coldOf = (some: readonly First[]): ColdStart[] =>
    some
      .filter(({ route }) => medians.has(route))
      .map(({ position, at, micros, route }) => ({ position, at, micros, excess: micros - medians.get(route)! }));
  const heads = coldOf(firsts);
  if (heads.length < MINIMUM_LIVES) return null;
  const ratios = heads.map(ratioOf);
  const excess = heads.map((head) => head.excess);
  const ratio = medianOf(ratios);
  if (!(ratio >= SLOWER) || !(medianOf(excess) >= MATERIAL)) return null;
  const laterRatios = [...laterOf].flatMap(([route, list]) =>
    medians.has(route) ? list.map((micros) => micros / medians.get(route)!) : [],
  );
  if (rankSumTest(laterRatios, ratios).p > 0.001) return null;
  const early = coldOf(atBeginning).filter((one) => ratioOf(one) >= SLOWER && one.excess >= AS_SLOW * medianOf(excess));
  return { lives, ratio, heads, early };
}

/** Ratio of the request to the median of later ones of its route. */
const ratioOf = ({ micros, excess }: ColdStart): number => micros / (micros - excess);
