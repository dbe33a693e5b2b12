/**
 * Does the service time grow with the number of requests in service, and what causes it: the worker's own process (the GIL, an event loop)
 * or something behind all workers (a database, the cores)?
 *
 * Model: a share φ of the service is work on a station that the requests share, the rest is delay. With j requests in flight, mean value
 * analysis (Reiser & Lavenberg 1980) gives the mean service time
 *   Q_0 = 0;  r_j = φ (1 + Q_{j-1});  X_j = j / (r_j + 1 - φ);  Q_j = X_j r_j;  D(j) = r_j + 1 - φ, D(1) = 1.
 */
import type { ContentionFound, PoolShape } from '../core/prediction.ts';
import { meanOf, medianOf } from '../core/statistics.ts';
import { levelsSeen } from './levels.ts';
import { levelsByTick, type TickLevels } from './levels-by-tick.ts';
import type { Trace } from './trace.ts';

/** `share` is φ; `low` to `high` is its 95 % range. */
export interface Contention extends Omit<ContentionFound, 'aloneMean'> {
  /** Mean level while a request was in service, per row of the trace: its service time is deflated by the slowdown at that level. */
  readonly level: Float64Array;
}

const MINIMUM_REQUESTS = 200;
const SIGNIFICANT_Z = 4;
/** Consecutive requests of a route that are compared only with each other, so that a slow hour does not look like contention. */
const BLOCK = 32;
const COARSE = 0.25;
const GRID = 100;
/** Grid steps of the first, coarse search for the best share. */
const STRIDE = 4;

/**
 * true: growth would show if there were any. Levels are known, requests ran beside each other, and there are enough of them. `present`: the
 * pool that wrote the log.
 */
export function canTellContention(trace: Trace, present: PoolShape | null): boolean {
  const oneAtATime = present !== null && present.model !== 'async' && present.workers === 1 && present.threads === 1;
  return (
    trace.length >= MINIMUM_REQUESTS &&
    !trace.constantService &&
    !oneAtATime &&
    !tooCoarse(trace) &&
    // Within one tick requests are placed where they fit, so who ran beside whom is not known.
    trace.tick <= meanOf(trace.service) &&
    wouldShow(trace, present) >= POWER_Z
  );
}

/**
 * Shared work for which the power of the test is computed: the z score that it would reach on average. A pool that is always full has
 * hardly any levels to compare.
 */
const HALF = 0.5;
/** Least expected z score: the growth is then found in 95 of 100 logs. */
const POWER_Z = SIGNIFICANT_Z + 1.64;

/** Requests that run at once in each worker; in the whole pool if each worker runs only one. */
const slotsOfEach = (present: PoolShape | null): number =>
  present === null || present.model === 'async'
    ? Number.POSITIVE_INFINITY
    : present.model === 'threaded'
      ? present.threads
      : present.workers;

/** With ticks up to this share of the service time hardly any request is misplaced. */
const FINE = 0.1;

/**
 * Share of the spread of the levels that is real rather than due to requests misplaced by coarse stamps. A request that seems to begin
 * beside as many others as there are slots, or more, is misplaced; in a nearly full pool as many err to the other side.
 */
function reliability(atStart: Float64Array, slots: number, { tick, service }: Trace): number {
  const most = slots - 1;
  if (!Number.isFinite(most) || tick <= FINE * meanOf(service)) return 1;
  let [over, all] = [0, 0];
  for (const level of atStart) {
    all += (level - most) ** 2;
    if (level > most) over += (level - most) ** 2;
  }
  return all > 0 ? Math.max(0, 1 - (2 * over) / all) : 0;
}

function wouldShow(trace: Trace, present: PoolShape | null): number {
  const { length, start, service, worker, route } = trace;
  const logs = Float64Array.from(service, (micros) => Math.log(Math.max(1, micros)));
  const rows = blocksOf(route, length);
  const isOneEach = present !== null && present.threads === 1 && present.model !== 'async';
  const { atStart } = levelsSeen(start, service, isOneEach || worker.includes(-1) ? null : worker);
  const curve = slowdown(HALF, 1 + atStart.reduce((most, level) => Math.max(most, level), 0));
  const grown = centred(
    Float64Array.from(atStart, (level) => Math.log(slowdownAt(curve, 1 + level))),
    rows,
  );
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  const shown = Math.sqrt((squares(grown) * length) / squares(centred(logs, rows)));
  return shown * reliability(atStart, slotsOfEach(present), trace);
}

/** null: no growth beyond chance, or no way to tell. */
export function findContention(trace: Trace): Contention | null {
  const { length, service, route } = trace;
  if (length < MINIMUM_REQUESTS || trace.constantService) return null;
  const atLeast = tooCoarse(trace);
  const seen = atLeast ? seenByTick(trace) : seenByInstant(trace);
  const logs = new Float64Array(length);
  for (let i = 0; i < length; i++) logs[i] = Math.log(Math.max(1, service[i]));
  const rows = blocksOf(route, length);
  const y = centred(logs, rows);
  const z = slopeScores(y, centred(seen.own, rows), centred(seen.others, rows));
  const station = z.others > SIGNIFICANT_Z ? 'server' : z.own > SIGNIFICANT_Z ? 'worker' : null;
  if (!station) return null;
  const level = station === 'server' ? seen.allLevel : seen.ownLevel;
  const onlyProcess = seen.others.every((count) => count === 0);

  const found = likeliestShare(lossesOf(y, level, rows), length);
  if (!found) return null;
  return { station, onlyProcess, ...found, high: atLeast ? 1 : found.high, atLeast, level };
}

/** The share with the least loss and its likelihood range; null: the best share is 0. */
function likeliestShare(
  lossOf: (share: number) => number,
  length: number,
): { share: number; low: number; high: number } | null {
  const losses = new Float64Array(GRID + 1).fill(Number.NaN);
  const loss = (step: number) => {
    if (Number.isNaN(losses[step])) losses[step] = lossOf(step / GRID);
    return losses[step];
  };
  // The loss has a single minimum: coarse steps first, then fine ones around the best.
  let best = 0;
  for (let step = STRIDE; step <= GRID; step += STRIDE) if (loss(step) < loss(best)) best = step;
  const [from, to] = [Math.max(0, best - STRIDE + 1), Math.min(GRID, best + STRIDE - 1)];
  for (let step = from; step <= to; step++) if (loss(step) < loss(best)) best = step;
  if (best === 0) return null;
  // Likelihood range: n ln(loss / least loss) <= 3.84, the 95 % point of χ² with one degree of freedom.
  const within = (step: number) => length * Math.log(loss(step) / loss(best)) <= 3.84;
  let low = best;
  let high = best;
  while (low > 0 && within(low - 1)) low--;
  while (high < GRID && within(high + 1)) high++;
  return { share: best / GRID, low: low / GRID, high: high / GRID };
}

/** The level at the start of each request (its own length cannot raise it), and the mean level over its service. */
function seenByInstant({ length, start, service, worker }: Trace): TickLevels {
  const own = levelsSeen(start, service, worker);
  const all = levelsSeen(start, service, null);
  const others = new Float64Array(length);
  for (let i = 0; i < length; i++) others[i] = all.atStart[i] - own.atStart[i];
  return { own: own.atStart, others, ownLevel: own.average, allLevel: all.average };
}

const seenByTick = (trace: Trace): TickLevels => levelsByTick(trace, 2 * medianOf(trace.uncertainty));

/** The stamps are too coarse, compared with the service times, to show levels. */
function tooCoarse({ uncertainty, service, length }: Trace): boolean {
  const middle = uncertainty.toSorted()[length >> 1];
  return middle > COARSE * (service.reduce((a, b) => a + b, 0) / length);
}

/** D(j) / D(1) for j = 0 … most; the entry for j = 0 is 1, as for j = 1. */
export function slowdown(share: number, most: number): Float64Array {
  const curve = new Float64Array(most + 1).fill(1);
  let queue = 0;
  for (let j = 1; j <= most; j++) {
    const residence = share * (1 + queue);
    curve[j] = residence + 1 - share;
    queue = (j / curve[j]) * residence;
  }
  return curve;
}

/** The curve, linear between whole levels. */
export function slowdownAt(curve: Float64Array, level: number): number {
  const below = Math.min(Math.floor(level), curve.length - 1);
  const above = Math.min(below + 1, curve.length - 1);
  return curve[below] + (curve[above] - curve[below]) * (level - below);
}

/** Number of the group of each row: a group is at most BLOCK consecutive requests of one route. */
function blocksOf(route: Int32Array, n: number): Int32Array {
  const groups = new Int32Array(n);
  const open = new Map<number, { id: number; size: number }>();
  let next = 0;
  for (let i = 0; i < n; i++) {
    let group = open.get(route[i]);
    if (!group || group.size === BLOCK) {
      group = { id: next++, size: 0 };
      open.set(route[i], group);
    }
    group.size++;
    groups[i] = group.id;
  }
  return groups;
}

/** Each value less the mean of its group. */
function centred(values: Float64Array, groups: Int32Array): Float64Array {
  const sums = new Float64Array(countOf(groups));
  const counts = sizesOf(groups);
  for (let i = 0; i < values.length; i++) sums[groups[i]] += values[i];
  return values.map((value, i) => value - sums[groups[i]] / counts[groups[i]]);
}

/** Number of groups; their ids count from 0. */
function countOf(groups: Int32Array): number {
  let most = 0;
  for (let i = 0; i < groups.length; i++) most = Math.max(most, groups[i] + 1);
  return most;
}

function sizesOf(groups: Int32Array): Float64Array {
  const sizes = new Float64Array(countOf(groups));
  for (let i = 0; i < groups.length; i++) sizes[groups[i]]++;
  return sizes;
}

/** t values of both coefficients of the least squares fit y = a · own + b · others. */
function slopeScores(y: Float64Array, own: Float64Array, others: Float64Array): { own: number; others: number } {
  let aa = 0;
  let bb = 0;
  let ab = 0;
  let ay = 0;
  let by = 0;
  let yy = 0;
  for (let i = 0; i < y.length; i++) {
    aa += own[i] * own[i];
    bb += others[i] * others[i];
    ab += own[i] * others[i];
    ay += own[i] * y[i];
    by += others[i] * y[i];
    yy += y[i] * y[i];
  }
  const varies = (sum: number) => sum > 1e-9 * y.length;
  const determinant = aa * bb - ab * ab;
  if (!varies(aa) || !varies(bb) || determinant <= 1e-9 * aa * bb) {
    const single = (xx: number, xy: number) => {
      if (!varies(xx)) return 0;
      const slope = xy / xx;
      return slope / Math.sqrt((yy - slope * xy) / y.length / xx);
    };
    return { own: single(aa, ay), others: varies(aa) ? 0 : single(bb, by) };
  }
  const a = (ay * bb - by * ab) / determinant;
  const b = (by * aa - ay * ab) / determinant;
  const noise = Math.max(0, yy - a * ay - b * by) / y.length;
  return { own: a / Math.sqrt((noise * bb) / determinant), others: b / Math.sqrt((noise * aa) / determinant) };
}

/**
 * By share: the residual sum of squares of the log service times within groups. Scratch arrays are shared, since up to a hundred shares are
 * tried.
 */
function lossesOf(y: Float64Array, level: Float64Array, groups: Int32Array): (share: number) => number {
  const n = level.length;
  const sizes = sizesOf(groups);
  const sums = new Float64Array(sizes.length);
  const x = new Float64Array(n);
  let most = 1;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.ceil(level[i]));
  return (share) => {
    const curve = slowdown(share, most);
    sums.fill(0);
    for (let i = 0; i < n; i++) {
      x[i] = Math.log(slowdownAt(curve, level[i]));
      sums[groups[i]] += x[i];
    }
    let loss = 0;
    for (let i = 0; i < n; i++) loss += (y[i] - (x[i] - sums[groups[i]] / sizes[groups[i]])) ** 2;
    return loss;
  };
}
