/** Which route blocks an event loop: found by pauses with requests in flight or, without durations, by the gaps between lines. */
import { max, min } from 'simple-statistics';
import { floatsAt, indicesBelow } from '../core/columns.ts';
import type { Facts } from '../core/finding.ts';
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { logBinomialTail, medianOf, quantileOf } from '../core/statistics.ts';
import { countText } from '../core/words.ts';
import { countWithin, linesHeldBack } from './held-back.ts';
import { type Silence, silencesOf } from './silences.ts';

export interface Blame {
  /** ALL: every route blocks its worker. */
  readonly route: number;
  /** How often it blocked a worker, and for how long each time, µs: the median with durations, a lower bound by gaps alone. */
  readonly times: number;
  readonly micros: number;
  readonly requests: number;
  readonly how: string;
  /** false: the behaviour of callers could explain the pattern as well. */
  readonly sure: boolean;
  readonly from: number;
  readonly to: number;
}

export const ALL = -1;

/** A pattern is taken for real if its probability by chance (ln) is at most this. */
const SURE = -18;
/** Shortest gap that counts as a blocked loop, µs. */
const SHORTEST = 50_000;
const MINIMUM_TIMES = 5;
/** Largest uncertainty of the stamps (half-width, µs) at which pauses of 50 ms still mean anything. */
export const FINEST = 5000;

/** With durations: of pauses with requests in flight, the route that began just before them far more often than by chance. null: none. */
export function blameBySilences(rows: Rows): Blame | null {
  const silences = [...groupsOf(rows.worker).values()].flatMap((members) => silencesOf(rows, members));
  const alone = silences.filter((silence) => !everybodySilent(silence, silences));
  if (alone.length < 3) return null;
  const groups = groupsOf(rows.route);
  let best: { route: number; hits: Silence[]; score: number } | null = null;
  for (const [route, own] of groups) {
    const hits = alone.filter(({ suspects }) => suspects.some((i) => rows.route[i] === route));
    const share = own.length / rows.length;
    // Probability that one of the two requests near a pause is of this route by chance.
    const chance = 1 - (1 - share) ** 2;
    const score = logBinomialTail(hits.length, alone.length, chance);
    if (hits.length >= 3 && hits.length >= alone.length / 2 && (!best || score < best.score))
      best = { route, hits, score };
  }
  if (!best || (groups.size > 1 && best.score > SURE / 2)) return null;
  const { hits } = best;
  return {
    route: best.route,
    times: hits.length,
    micros: medianOf(hits.map(({ from, to }) => to - from)),
    requests: groups.get(best.route)!.length,
    sure: true,
    how: `with requests in flight nothing began or ended, and then all of it at once`,
    from: min(hits.map(({ from }) => from)),
    to: max(hits.map(({ to }) => to)),
  };
}

const everybodySilent = (silence: Silence, all: readonly Silence[]): boolean =>
  all.some(
    (other) =>
      other.worker !== silence.worker &&
      Math.min(other.to, silence.to) - Math.max(other.from, silence.from) > 0.8 * (silence.to - silence.from),
  );

/** Per row, µs since the previous line of the same worker (NaN: none); and the number of workers. `order`: rows by end. */
function gapsBefore({ length, worker, end }: Rows, order: Int32Array): { gap: Float64Array; workers: number } {
  const gap = new Float64Array(length).fill(Number.NaN);
  const lastOf = new Map<number, number>();
  for (const i of order) {
    if (worker[i] < 0) continue;
    const last = lastOf.get(worker[i]);
    if (last !== undefined) gap[i] = end[i] - end[last];
    lastOf.set(worker[i], i);
  }
  return { gap, workers: lastOf.size };
}

const howText = (held: number | null, elsewhere: number): string =>
  held === null
    ? `no line of the same worker comes in that time before its own, while the other workers wrote ${countText(Math.round(elsewhere), 'line')} on average (one client per worker, asking in turn over a kept connection, would look the same)`
    : `no line comes in that time before its own, and ${countText(held, 'line')} follow soon, more than usual: what had come meanwhile (a client who waits for it, and then asks for what belongs to it, would look the same)`;

/**
 * Without durations: a line of a blocking route never follows another line of its worker closely, because nothing else of
 * that worker can end while it runs. The other workers go on writing meanwhile. null: no such route.
 */
export function blameByGaps(facts: Facts, rows: Rows): Blame | null {
  const resolution = quantileOf(facts.requests.resolution.subarray(0, facts.requests.length), 0.5);
  const order = ascendingOrder(rows.end);
  const { gap, workers } = gapsBefore(rows, order);
  const ends = floatsAt(rows.end, order);
  const groups = groupsOf(rows.route);
  let best: (Blame & { score: number }) | null = null;
  for (const [route, own] of groups) {
    const gaps = own.map((i) => gap[i]).filter(Number.isFinite);
    if (gaps.length < MINIMUM_TIMES || own.length > rows.length / 2) continue;
    const shortest = quantileOf(gaps, 0.1);
    if (!(shortest >= Math.max(SHORTEST, 3 * resolution, 6 * rows.uncertainty))) continue;
    const others = Array.from(gap).filter((value, i) => rows.route[i] !== route && Number.isFinite(value));
    const chance = (others.filter((value) => value >= shortest).length + 1) / (others.length + 1);
    const hits = own.filter((i) => gap[i] >= shortest);
    // Bonferroni: the threshold was chosen among all gaps, and the route among all routes.
    const score = logBinomialTail(hits.length, gaps.length, chance) + Math.log(gaps.length * groups.size);
    if (score > SURE || (best && best.score <= score)) continue;
    // Lines of other workers during the pauses. Without them, a single client that asks one thing at a time would look the same.
    const elsewhere =
      hits.reduce((sum, i) => sum + countWithin(ends, rows.end[i] - shortest, rows.end[i]), 0) - hits.length;
    const held =
      workers === 1
        ? linesHeldBack(
            ends,
            hits.map((i) => ({ length: gap[i], end: rows.end[i] })),
          )
        : null;
    if (elsewhere < hits.length && held === null) continue;
    best = {
      route,
      score,
      times: hits.length,
      micros: shortest,
      requests: own.length,
      how: howText(held, elsewhere / hits.length),
      sure: held === null,
      from: min(hits.map((i) => rows.end[i] - shortest)),
      to: max(hits.map((i) => rows.end[i])),
    };
  }
  return best;
}

/**
 * If lines fell to workers at random, at least ENOUGH_CLOSE would follow another line of their worker closely. In fact at most HARDLY_CLOSE
 * of that number do.
 */
const ENOUGH_CLOSE = 30;
const HARDLY_CLOSE = 0.1;
/** Above this share of lines whose worker also wrote the line W lines earlier (W workers), requests are handed to the workers in turn. */
const IN_TURN = 0.6;

/**
 * Without durations: whatever the route, no line follows another of its own worker closely, though lines of other workers do, so each worker
 * runs one request at a time. Workers that get requests in turn look the same; they are recognised by their order and left out (null).
 */
export function blameAll(rows: Rows): Blame | null {
  const lines = indicesBelow(rows.end.length)
    .filter((i) => rows.worker[i] >= 0 && Number.isFinite(rows.end[i]))
    .sort((a, b) => rows.end[a] - rows.end[b]);
  const workers = groupsOf(lines.map((i) => rows.worker[i]));
  if (workers.size < 2 || rows.uncertainty > FINEST) return null;
  const inTurn = lines.filter((i, k) => rows.worker[lines[k - workers.size]] === rows.worker[i]).length;
  if (inTurn > IN_TURN * lines.length) return null;
  const gaps = [...workers.values()].flatMap((own) =>
    own.slice(1).map((k, before) => rows.end[lines[k]] - rows.end[lines[own[before]]]),
  );
  const shortest = quantileOf(gaps, HARDLY_CLOSE / 5);
  if (!(shortest >= SHORTEST)) return null;
  const close = gaps.filter((gap) => gap < shortest).length;
  let expected = 0;
  for (let k = 0, first = 0; k < lines.length; k++) {
    while (rows.end[lines[first]] <= rows.end[lines[k]] - shortest) first++;
    const share = workers.get(rows.worker[lines[k]])!.length / lines.length;
    expected += 1 - (1 - share) ** (k - first);
  }
  if (expected < ENOUGH_CLOSE || close > HARDLY_CLOSE * expected) return null;
  return {
    route: ALL,
    times: gaps.length,
    micros: shortest,
    requests: lines.length,
    sure: true,
    how: `${countText(close, 'line')} of a worker came within that time of its line before, where ${Math.round(expected)} would, had any worker written any line (one client per worker, asking in turn over a kept connection, would look the same)`,
    from: rows.end[lines[0]],
    to: rows.end[lines[lines.length - 1]],
  };
}
