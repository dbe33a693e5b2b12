/** Trains: requests of one worker that begin together and end together, as happens after an event loop was blocked for a while. */
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { logBinomialTail, medianOf } from '../core/statistics.ts';

/** Durations within TIE µs of each other are a tie. The number of ties is checked against that within LOOSE µs (see MOST_LOOSE). */
const TIE = 2000;
const LOOSE = 5000;
/** The looser bound may give at most this many times the ties beyond chance. In a crowd that arrives at once they grow with the bound. */
const MOST_LOOSE = 1.4;
/** µs: shorter durations are alike anyway. */
const SHORTEST = 50_000;
/**
 * Ties by chance are estimated from lines of the same worker this many places later (TO excluded): they share the time, the load and the
 * routes, but not the train.
 */
const FROM = 5;
const TO = 25;
/**
 * Above OF_ONE_LENGTH ties by chance, the durations are all alike and prove nothing. The ties beyond chance must be at least LEAST_SHARE of
 * the pairs, FEWEST in number, and SURE_Z standard errors.
 */
const OF_ONE_LENGTH = 0.1;
const LEAST_SHARE = 0.05;
const FEWEST = 20;
const SURE_Z = 10;
/**
 * A route is blamed if it is so rare within trains that the probability by chance (ln) is below SURE_ROUTE, and its share there is at most
 * HARDLY of its share of all lines, plus what ties by chance add.
 */
const SURE_ROUTE = -6;
const HARDLY = 0.15;

export interface Trains {
  /** Number of trains (two lines or more), and of lines in them. */
  readonly trains: number;
  readonly lines: number;
  /** Lines that took as long as the line before them, and how many would by chance. */
  readonly ties: number;
  readonly expected: number;
  /** Median duration of the lines in trains, µs. */
  readonly median: number;
  /** The route that is hardly ever behind the first line of a train, for its share of all lines: it blocks the loop. null: none. */
  readonly route: number | null;
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
}

interface Count {
  readonly ties: number;
  readonly expected: number;
  readonly pairs: number;
}

/** The trains of a log; null: hardly more lines took as long as the line before (within TIE) than by chance. */
export function trainsOf(rows: Rows): Trains | null {
  const workers = [...groupsOf(rows.worker).values()].map((members) => inOrderOfEnds(rows, members));
  const strict = countTies(rows, workers, TIE);
  const excess = strict.ties - strict.expected;
  if (excess < FEWEST || excess < LEAST_SHARE * strict.pairs || strict.expected > OF_ONE_LENGTH * strict.pairs)
    return null;
  if (excess < SURE_Z * Math.sqrt(strict.expected)) return null;
  const loose = countTies(rows, workers, LOOSE);
  if (loose.ties - loose.expected > MOST_LOOSE * excess) return null;
  const trains = workers.flatMap((members) => trainsIn(rows, members));
  const lines = trains.flat();
  return {
    trains: trains.length,
    lines: lines.length,
    ties: strict.ties,
    expected: strict.expected,
    median: medianOf(lines.map((i) => rows.service[i])),
    route: routeNeverBehind(
      rows,
      workers.flat().filter((i) => rows.service[i] >= SHORTEST),
      trains,
      strict.expected / strict.ties,
    ),
    from: lines.reduce((least, i) => Math.min(least, rows.start[i]), Number.POSITIVE_INFINITY),
    to: lines.reduce((most, i) => Math.max(most, rows.end[i]), Number.NEGATIVE_INFINITY),
  };
}

function inOrderOfEnds({ end, service }: Rows, members: readonly number[]): number[] {
  const timed = members.filter((i) => service[i] >= 0);
  return Array.from(ascendingOrder(Float64Array.from(timed, (i) => end[i])), (k) => timed[k]);
}

function countTies({ service }: Rows, workers: readonly (readonly number[])[], within: number): Count {
  let [ties, pairs, alike, compared] = [0, 0, 0, 0];
  for (const members of workers) {
    for (let k = 0; k + 1 < members.length; k++) {
      const own = service[members[k]];
      if (own < SHORTEST) continue;
      pairs++;
      if (Math.abs(service[members[k + 1]] - own) <= within) ties++;
      for (let far = k + FROM; far < Math.min(members.length, k + TO); far++) {
        compared++;
        if (Math.abs(service[members[far]] - own) <= within) alike++;
      }
    }
  }
  return { ties, pairs, expected: (pairs * (alike + 1)) / (compared + 1) };
}

function trainsIn({ service }: Rows, members: readonly number[]): number[][] {
  const found: number[][] = [];
  for (let first = 0, next = 1; next <= members.length; next++) {
    const own = service[members[next - 1]];
    if (next < members.length && own >= SHORTEST && Math.abs(service[members[next]] - own) <= TIE) continue;
    if (next - first > 1) found.push(members.slice(first, next));
    first = next;
  }
  return found;
}

/**
 * The route that is hardly ever behind the first line of a train; null: none. A request that blocks the loop cannot end together with the line
 * before it, because it had the loop for itself in between. `byChance`: share of the ties that are due to chance.
 */
function routeNeverBehind(
  { route }: Rows,
  all: readonly number[],
  trains: readonly (readonly number[])[],
  byChance: number,
): number | null {
  const behind = trains.flatMap((train) => train.slice(1));
  let best = { route: -1, score: SURE_ROUTE };
  const groups = groupsOf(Int32Array.from(all, (i) => route[i]));
  for (const [own, members] of groups) {
    const share = members.length / all.length;
    const hits = behind.filter((i) => route[i] === own).length;
    const score = logBinomialTail(behind.length - hits, behind.length, 1 - share) + Math.log(groups.size);
    if (hits <= (HARDLY + byChance) * share * behind.length && score < best.score) best = { route: own, score };
  }
  return best.route < 0 ? null : best.route;
}
