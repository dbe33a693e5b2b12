/** Herds: many requests at the same moment, repeatedly. Each stands out by its size alone, or together they keep a schedule. */
import { floatsAt } from '../core/columns.ts';
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows } from '../core/rows.ts';
import { countBelow, logPoissonTail, medianOf } from '../core/statistics.ts';

/** A herd has at least SMALLEST arrivals, and its Poisson probability (ln) is below SURE. */
const SMALLEST = 8;
const SURE = -20;
/** Weaker thresholds for herds that keep a schedule together: ln of the probability, and times as many as at other moments. */
const SCHEDULED_SURE = -8;
const SCHEDULED_TIMES = 2;
/** A herd has at least this many times the usual arrivals per window, and it is compared with this many windows on either side. */
const TIMES = 3;
const BESIDE = 2;
export const MINIMUM_HERDS = 3;
/** Periods of cron jobs and the like, seconds. */
const PERIODS = [10, 15, 20, 30, 60, 300, 600, 900, 1800, 3600, 86_400] as const;

export interface Herd {
  /**
   * µs since 1970 UTC: its median arrival, because a caller who came before the herd may open its window. For a herd found by its route
   * (`herdsOfJob`): its first arrival.
   */
  readonly at: number;
  readonly size: number;
  /** Sum of the waits, µs; for a herd found by its route, of all callers who came during it. */
  readonly waited: number;
  /** Positions in the rows. */
  readonly members: readonly number[];
}

export interface Herds {
  readonly herds: readonly Herd[];
  /** Period of their schedule, seconds; null: they keep none. */
  readonly period: number | null;
}

/**
 * Tries three kinds in turn: herds that stand out and keep a schedule; smaller herds that keep a schedule; herds of one route that hardly
 * comes otherwise. Falls back on herds that stand out without a schedule. `slots`: the number of slots, or its lower bound; `width`: of a
 * window, µs; `resolution`: tick of the stamps, µs.
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

/** Arrival (start less wait) of each row, µs since 1970 UTC; an unknown wait counts as 0. */
const arrivalsOf = ({ start, wait }: Rows): Float64Array => start.map((at, i) => at - (wait[i] > 0 ? wait[i] : 0));

const inAll = (herds: readonly Pick<Herd, 'size'>[]): number => herds.reduce((sum, { size }) => sum + size, 0);

/** At least NEARLY_ALL of a job's requests come in its herds. A gap of at least APART times the longest gap of the job ends a herd. */
const NEARLY_ALL = 0.9;
const APART = 0.25;
/** The arrivals of a herd may span this many times what the slots need to serve it. Requests sent one after the other span more. */
const AT_PACE = 1.25;
/** Above this many turns of the slots a herd cannot be told from a steady source that is switched on and off. */
const MOST_TURNS = 10;

/** Herds of a route that hardly comes otherwise. Each must be served as fast as the slots can, as requests are that come at once. Empty: none. */
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

/** Sum of the waits, µs, of callers of any route who came between `from` and `to`. */
function waitedBeside({ length, start, wait }: Rows, from: number, to: number): number {
  let waited = 0;
  for (let i = 0; i < length; i++) {
    if (wait[i] > 0 && start[i] - wait[i] >= from && start[i] - wait[i] <= to) waited += wait[i];
  }
  return waited;
}

/** Windows of `width` µs with at least `times` the usual number of arrivals and a Poisson probability (ln) below `sure`. */
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
  // Herds must not inflate the rate that they are compared with. The mean of all windows includes them, so where the threshold is low
  // (`times` < TIMES) the median window is used if it has fewer arrivals.
  const mean = (at.length * width) / span;
  const overall = times < TIMES ? Math.min(mean, medianCount(at, width, span)) : mean;
  const candidates = crowded(Math.max(SMALLEST, times * overall));
  const inside = candidates.reduce((sum, { from, to }) => sum + to - from, 0);
  const between = ((at.length - inside) * width) / Math.max(width, span - candidates.length * width);
  const until = (instant: number) => countBelow(at.length, (i) => at[i], instant);
  /** Mean arrivals per window on the busier side. Behind the herd one more window is skipped, into which coarse stamps may blur it. */
  const beside = (from: number): number => {
    const before = until(at[from]) - until(at[from] - BESIDE * width);
    const behind = until(at[from] + (2 + BESIDE) * width) - until(at[from] + 2 * width);
    return Math.max(before, behind) / BESIDE;
  };
  return candidates
    .filter(({ from, to }) => {
      // A slice of a smooth peak has as many arrivals as the windows beside it, and is no herd.
      const usual = Math.max(0.01, between, beside(from));
      return to - from >= times * usual && logPoissonTail(to - from, usual) < sure;
    })
    .map(({ from, to }) => {
      const members = Array.from(order.subarray(from, to));
      const waited = members.reduce((sum, i) => sum + (rows.wait[i] > 0 ? rows.wait[i] : 0), 0);
      return { at: at[(from + to) >> 1], size: to - from, waited, members };
    });
}

/** Median arrivals per window. 0 without counting where most windows are empty: one stray line of another year would make billions of them. */
function medianCount(at: Float64Array, width: number, span: number): number {
  const count = Math.ceil(span / width);
  if (count > 2 * at.length) return 0;
  const windows = new Float64Array(count);
  for (let i = 0; i < at.length; i++) windows[Math.min(windows.length - 1, Math.floor((at[i] - at[0]) / width))]++;
  return medianOf(windows);
}

/** One gap may miss the schedule if at least this many keep it. Also the fewest herds that are accepted on the weaker thresholds. */
const MINIMUM_KEPT = 6;

/**
 * The longest of PERIODS, seconds, of which nine of ten gaps between herds, or all but one, are whole multiples; null: none. Tolerance: 5 % of
 * the period and one tick. A tick that is wide compared with the period proves less, so more herds are needed. `at`: µs, ascending.
 */
function periodOf(at: readonly number[], resolution: number): number | null {
  for (const seconds of PERIODS.toReversed()) {
    const micros = seconds * 1e6;
    const tolerance = 0.05 + resolution / micros;
    const steps = at.slice(1).map((time, i) => (time - at[i]) / micros);
    if (steps.length < (tolerance > 0.1 ? 5 : 3) || at.at(-1)! - at[0] < 2.5 * micros) continue;
    const kept = steps.filter((step) => Math.round(step) >= 1 && Math.abs(step - Math.round(step)) <= tolerance).length;
    // One herd may be late, for example because the machine stalled.
    if (kept >= Math.min(0.9 * steps.length, Math.max(steps.length - 1, MINIMUM_KEPT))) return seconds;
  }
  return null;
}
