/**
 * Which route blocks an event loop, where the stamps are too coarse to show pauses: found by the order of the lines and their durations.
 * While a request blocks the loop, nothing else of its worker ends. So the line before it was written before it began, and the requests that
 * were in flight end right after it, having taken as long or longer.
 */
import { max, min } from 'simple-statistics';
import { floatsAt, indicesBelow } from '../core/columns.ts';
import type { Facts } from '../core/finding.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { countUpTo, logPoissonTail, medianOf, quantileOf, sumOf } from '../core/statistics.ts';
import { countText, roundText } from '../core/words.ts';
import type { Blame } from './loop-blame.ts';

/** A pattern is taken for real if its probability by chance (ln) is at most this. */
const SURE = -18;
/** Shortest service time (µs) and fewest lines of a route that prove anything. */
const SHORTEST = 50_000;
const FEWEST = 5;
/** Of the ticks that must pass before the lines of a route that blocks the loop, at least this share must have passed. */
const PASSED = 0.5;

/** A line, and the lines of its worker before and after it: positions in the rows. */
interface Line {
  readonly before: number;
  readonly own: number;
  readonly behind: number;
}

/** Lines with a neighbour on both sides in their worker, in the order in which they were written. */
function linesOf({ row, worker }: Rows): Line[] {
  return [...groupsOf(worker)].flatMap(([process, members]) => {
    if (process < 0) return [];
    const written = members.slice().sort((a, b) => row[a] - row[b]);
    return written.slice(1, -1).map((own, k) => ({ before: written[k], own, behind: written[k + 2] }));
  });
}

/** The route whose pattern is least likely by chance; null: none is certain. Needs stamps of the end of requests, with a tick. */
export function blameByOrder({ requests }: Facts, rows: Rows): Blame | null {
  const stamp = floatsAt(requests.end, rows.row);
  const tick = quantileOf(requests.resolution.subarray(0, requests.length), 0.5);
  const lines = linesOf(rows).filter(({ own }) => rows.service[own] >= 0 && Number.isFinite(stamp[own]));
  if (lines.length === 0 || !(tick > 0)) return null;
  const passes = ({ before, own }: Line) => stamp[own] - stamp[before] >= tick;
  const usual = lines.filter(passes).length / lines.length;
  const durations = floatsAt(
    rows.service,
    indicesBelow(rows.length).filter((i) => rows.service[i] >= 0),
  ).sort();
  const asLong = (micros: number) => 1 - countUpTo(durations, micros - 1) / durations.length;
  const routes = groupsOf(Int32Array.from(lines, ({ own }) => rows.route[own]));
  let best: { blame: Blame; score: number } | null = null;
  for (const [route, places] of routes) {
    const own = places.map((k) => lines[k]).filter((line) => rows.service[line.own] >= SHORTEST);
    if (own.length < FEWEST || routes.size < 2) continue;
    const passed = own.filter(passes).length;
    const ticks = sumOf(own.map((line) => Math.min(1, rows.service[line.own] / tick)));
    if (passed < PASSED * ticks || logPoissonTail(passed, usual * own.length) > SURE / 2) continue;
    const followed = own.filter((line) => rows.route[line.behind] !== route);
    const held = followed.filter((line) => rows.service[line.behind] >= rows.service[line.own]);
    if (held.length < FEWEST) continue;
    const byChance = sumOf(followed.map((line) => asLong(rows.service[line.own])));
    const score = logPoissonTail(held.length, byChance) + Math.log(routes.size);
    if (score > SURE || (best && best.score <= score) || isOfOnePair(rows, held, byChance)) continue;
    best = { score, blame: blameOf(rows, route, own, held, byChance) };
  }
  return best?.blame ?? null;
}

/** Is the pattern no more than chance without the route that follows most often? Two routes requested together end in sequence as well. */
function isOfOnePair({ route }: Rows, held: readonly Line[], byChance: number): boolean {
  const most = max(
    [...groupsOf(Int32Array.from(held, ({ behind }) => route[behind])).values()].map(({ length }) => length),
  );
  return logPoissonTail(held.length - most, byChance) > SURE / 2;
}

const blameOf = (rows: Rows, route: number, own: readonly Line[], held: readonly Line[], byChance: number): Blame => ({
  route,
  times: held.length,
  micros: medianOf(held.map((line) => rows.service[line.own])),
  requests: own.length,
  sure: true,
  how: `what its worker wrote next had taken as long as it, or longer, where it had ${countText(Math.round(byChance), 'time')} by chance, and hardly anything was written while it ran (of ${roundText(own.length)} such requests)`,
  from: min(held.map((line) => rows.start[line.own])),
  to: max(held.map((line) => rows.end[line.own])),
});
