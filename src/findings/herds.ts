/** Herds: many requests at the same moment, again and again; alone far more than the log has between them, or on a schedule. */
import { floatsAt } from '../core/columns.ts';
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { countBelow, logPoissonTail, medianOf } from '../core/statistics.ts';

/** A herd: this many at least, by chance less likely than this (ln). */
const SMALLEST = 8;
const SURE = -20;
/** The same of each of many that keep a schedule together. */
const SCHEDULED_SURE = -8;
const SCHEDULED_TIMES = 2;
/** Times as many as at other moments, and windows on either side that are held against it. */
const TIMES = 3;
const BESIDE = 2;
export const MINIMUM_HERDS = 3;
/** Schedules that cron and its like keep, seconds. */
const PERIODS = [10, 15, 20, 30, 60, 300, 600, 900, 1800, 3600, 86_400] as const;

export interface Herd {
  /** µs since 1970 UTC: the median of its arrivals, because a caller who was there before may begin its window. */
  readonly at: number;
  readonly size: number;
  /** µs, all together. */
  readonly waited: number;
  /** Positions in the rows. */
  readonly members: readonly number[];
}

export interface Herds {
  readonly herds: readonly Herd[];
  /** Seconds of the schedule that they keep; null: none. */
  readonly period: number | null;
}

/**
 * The herds that stand out; or those that stand out less and keep a schedule together; or those of a route that comes in no other way.
 * `slots`: as many as there are, or at least.
 */
export function findHerds(rows: Rows, width: number, resolution: number, slots: number): Herds {
  const withPeriod = (herds: readonly Herd[]): Herds => ({
    herds,
    period: periodOf(
      herds.map(({ at }) => at),
      resolution,
    ),
  });
  const distinct = withPeriod(herdsOf(rows, width, TIMES, SURE));
  if (distinct.herds.length >= MINIMUM_HERDS && distinct.period !== null) return distinct;
  const blurred = withPeriod(herdsOf(rows, width, SCHEDULED_TIMES, SCHEDULED_SURE));
  if (blurred.herds.length >= MINIMUM_KEPT && blurred.period !== null) return blurred;
  const arrival = arrivalsOf(rows);
  const jobs = [...groupsOf(rows.route).values()]
    .map((members) => withPeriod(herdsOfJob(rows, arrival, members, width, slots)))
    .filter(({ herds, period }) => herds.length >= MINIMUM_HERDS && period !== null);
  return jobs.length > 0 ? jobs.reduce((a, b) => (inAll(b.herds) > inAll(a.herds) ? b : a)) : distinct;
}

/** µs since 1970 UTC, by row: when its caller came. */
const arrivalsOf = ({ start, wait }: Rows): Float64Array => start.map((at, i) => at - (wait[i] > 0 ? wait[i] : 0));

const inAll = (herds: readonly Pick<Herd, 'size'>[]): number => herds.reduce((sum, { size }) => sum + size, 0);

/** Share of a job's requests that come in its herds, and of the longest gap between them from which one ends. */
const NEARLY_ALL = 0.9;
const APART = 0.25;
/** Times as long as the slots need for a herd that its starts may take: what comes one after the other takes longer. */
const AT_PACE = 1.25;
/** Turns of the slots from which a herd may as well be a source that is on and off again. */
const MOST_TURNS = 10;

/** Herds of a route that comes in them and hardly otherwise, each served as fast as the slots can: what a pool makes of those who come at once. */
function herdsOfJob(
  rows: Rows,
  arrivals: Float64Array,
  members: readonly number[],
  width: number,
  slots: number,
): Herd[] {
  if (members.length < MINIMUM_HERDS * SMALLEST) return [];
  const arrival = floatsAt(arrivals, members);
  const order = ascendingOrder(arrival);
  const gaps = new Float64Array(order.length - 1);
  for (let k = 0; k < gaps.length; k++) gaps[k] = arrival[order[k + 1]] - arrival[order[k]];
  const apart = APART * gaps.reduce((most, gap) => Math.max(most, gap), 0);
  const service = members.reduce((sum, i) => sum + Math.max(0, rows.service[i] || 0), 0) / members.length;
  const herds: (Omit<Herd, 'waited'> & { readonly last: number })[] = [];
  for (let first = 0, next = 1; next <= order.length; next++) {
    if (next < order.length && gaps[next - 1] < apart) continue;
    const own = Array.from(order.subarray(first, next));
    const took = arrival[own[own.length - 1]] - arrival[own[0]];
    first = next;
    const turns = own.length / slots;
    if (own.length < SMALLEST || turns > MOST_TURNS || took > width + AT_PACE * turns * service) continue;
    const within = own.map((i) => members[i]);
    herds.push({ at: arrival[own[0]], last: arrival[own[own.length - 1]], size: own.length, members: within });
  }
  if (inAll(herds) < NEARLY_ALL * members.length) return [];
  return herds.map(({ last, ...herd }) => ({ ...herd, waited: waitedBeside(rows, herd.at, last + width) }));
}

/** µs that callers of any route waited who came meanwhile. */
function waitedBeside({ length, start, wait }: Rows, from: number, to: number): number {
  let waited = 0;
  for (let i = 0; i < length; i++) {
    if (wait[i] > 0 && start[i] - wait[i] >= from && start[i] - wait[i] <= to) waited += wait[i];
  }
  return waited;
}

/** Windows of `width` µs with far more arrivals than the log has between them. */
function herdsOf(rows: Rows, width: number, times: number, sure: number): Herd[] {
  const arrival = arrivalsOf(rows);
  const order = ascendingOrder(arrival);
  const at = floatsAt(arrival, order);
  const span = Math.max(width, at[at.length - 1] - at[0]);
  const crowded = (least: number): { from: number; to: number }[] => {
    const found: { from: number; to: number }[] = [];
    for (let i = 0, j = 0; i < at.length; ) {
      while (j < at.length && at[j] - at[i] <= width) j++;
      if (j - i >= least) {
        found.push({ from: i, to: j });
        i = j;
      } else i++;
    }
    return found;
  };
  // The herds themselves must not count as the rate that they are measured by.
  // The mean holds the herds themselves: where they are not far above it, what most windows hold is the measure.
  const mean = (at.length * width) / span;
  const overall = times < TIMES ? Math.min(mean, medianCount(at, width, span)) : mean;
  const candidates = crowded(Math.max(SMALLEST, times * overall));
  const inside = candidates.reduce((sum, { from, to }) => sum + to - from, 0);
  const between = ((at.length - inside) * width) / Math.max(width, span - candidates.length * width);
  const until = (instant: number) => countBelow(at.length, (i) => at[i], instant);
  /** Arrivals in a window on the busier side: none of its own, and beyond what the stamps blur. */
  const beside = (from: number): number => {
    const before = until(at[from]) - until(at[from] - BESIDE * width);
    const behind = until(at[from] + (2 + BESIDE) * width) - until(at[from] + 2 * width);
    return Math.max(before, behind) / BESIDE;
  };
  return candidates
    .filter(({ from, to }) => {
      // A slice of a peak is as crowded as those beside it.
      const usual = Math.max(0.01, between, beside(from));
      return to - from >= times * usual && logPoissonTail(to - from, usual) < sure;
    })
    .map(({ from, to }) => {
      const members = Array.from(order.subarray(from, to));
      const waited = members.reduce((sum, i) => sum + (rows.wait[i] > 0 ? rows.wait[i] : 0), 0);
      return { at: at[(from + to) >> 1], size: to - from, waited, members };
    });
}

/** Arrivals in the median of consecutive windows. Where most are empty they are not walked: one line of another age makes billions. */
function medianCount(at: Float64Array, width: number, span: number): number {
  const count = Math.ceil(span / width);
  if (count > 2 * at.length) return 0;
  const windows = new Float64Array(count);
  for (let i = 0; i < at.length; i++) windows[Math.min(windows.length - 1, Math.floor((at[i] - at[0]) / width))]++;
  return medianOf(windows);
}

/** Gaps that keep a schedule, where one does not. */
const MINIMUM_KEPT = 6;

/**
 * Seconds of the longest schedule on which nine of ten herds lie, or all but one, within a twentieth of it and a tick of the stamp; null
 * for none. A tick that is wide beside the period proves less, and takes more herds.
 */
function periodOf(at: readonly number[], resolution: number): number | null {
  for (const seconds of PERIODS.toReversed()) {
    const micros = seconds * 1e6;
    const tolerance = 0.05 + resolution / micros;
    const steps = at.slice(1).map((time, i) => (time - at[i]) / micros);
    if (steps.length < (tolerance > 0.1 ? 5 : 3) || at.at(-1)! - at[0] < 2.5 * micros) continue;
    const kept = steps.filter((step) => Math.round(step) >= 1 && Math.abs(step - Math.round(step)) <= tolerance).length;
    // One may come late, for it found a machine that stood still.
    if (kept >= Math.min(0.9 * steps.length, Math.max(steps.length - 1, MINIMUM_KEPT))) return seconds;
  }
  return null;
}
