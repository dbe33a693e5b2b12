/** Trains: requests of one worker that began at one instant and end at one instant, as a loop makes them that was held for a while. */
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { logBinomialTail, medianOf } from '../core/statistics.ts';

/** µs: durations this close are of one instant; and those that begin and end merely soon after each other are as often within so much more. */
const TIE = 2000;
const LOOSE = 5000;
/** Times as many ties within the looser bound, beyond chance: in a crowd that comes at once they grow with the bound. */
const MOST_LOOSE = 1.4;
/** µs: shorter ones are alike by themselves. */
const SHORTEST = 50_000;
/** Lines of the same worker this far behind are held against the next one: what a while, a load and a route make alike they are, too. */
const FROM = 5;
const TO = 25;
/** Share of those that are alike, from which durations are of one length; and of the next ones beyond it, their number and standard errors, from which a loop is held. */
const OF_ONE_LENGTH = 0.1;
const LEAST_SHARE = 0.05;
const FEWEST = 20;
const SURE_Z = 10;
/** ln of the chance from which a route is taken for the one, and its share in trains beside its share of all lines, chance left aside. */
const SURE_ROUTE = -6;
const HARDLY = 0.15;

export interface Trains {
  /** Trains of two lines or more, and lines in them. */
  readonly trains: number;
  readonly lines: number;
  /** Lines alike to the one before, and how many would be by chance. */
  readonly ties: number;
  readonly expected: number;
  /** µs: median duration of the lines in trains. */
  readonly median: number;
  /** The route that hardly ever ends together with another line, though it has its share of them; null: none. */
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

/** null: no more lines than chance makes took as long, to 2 ms, as the line before. */
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

/** What holds the loop never ends together with the line before: it takes the loop for itself in between. Lines behind the first of a train have other routes. */
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
