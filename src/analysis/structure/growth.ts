/**
 * Do requests take longer the more of them are in flight? On a server without a limit they do if they wait for each other inside the
 * application: for a blocked event loop, a pool of threads or connections, a lock, a core. Their logged times then include that wait; where
 * times do not grow, no wait shows.
 *
 * Durations are regressed on the number of requests that each one found in its process. Only requests of one route that follow each other
 * are compared, so that a slow hour or a slow route does not count. Inexact stamps place a long request beside more others than it had. The
 * slope that this alone makes is estimated by shuffling the durations of each group and logging them with the same stamps; it is
 * subtracted.
 */
import { floatsAt } from '../../core/columns.ts';
import type { LoadGrowth } from '../../core/inference.ts';
import { besideText } from '../../core/words.ts';
import { createDraws, type Draws, shuffle } from './draws.ts';
import { orderOf } from './order.ts';
import { spreadInTicks, type Trace, ticksAt } from './trace.ts';

/** Fewer requests show nothing. */
const FEWEST = 100;
/** Consecutive requests of a route that form a group; requests are compared within their group. */
const GROUP = 32;
/**
 * Growth is reported if the slope exceeds that of blurred stamps by SURE standard errors and by the share MATERIAL of the mean time, and if
 * requests take LONGER times as long among many as among few.
 */
const SURE = 6;
const MATERIAL = 0.15;
const LONGER = 1.2;
/**
 * No growth is reported if a full queue would have shown by so many standard errors, and times grew by at most this share of what it would
 * have made.
 */
const WOULD_SHOW = 5;
const HARDLY = 0.15;

/**
 * null: too few requests, or too similar numbers of others, to tell.
 * @param behindProxy the durations are a proxy's
 */
export function growthWithLoad(trace: Trace, replicas: number, behindProxy: boolean): LoadGrowth | null {
  const n = trace.length;
  if (n < FEWEST || !trace.hasDurations || trace.startsOnly) return null;
  const found = foundByEach(trace, trace.end, trace.duration);
  const company = fewAndMany(trace.duration, found);
  const { few, many } = company;
  const told = {
    behindProxy,
    few: { beside: few.beside, mean: few.mean },
    many: { beside: many.beside, mean: many.mean },
  };
  if (many.mean >= LONGER * few.mean) {
    // Within their windows, callers may have come evenly spread or in crowds: growth must show under both assumptions.
    const usual = { begun: trace.end.map((at, i) => at - trace.duration[i]), group: groupsOf(trace) };
    const worlds = [usual, inCrowds(trace)].filter((world) => world !== null);
    const isMore = worlds.every(({ begun, group }) => {
      const seen = slopeOf(found, trace.duration, group);
      const blurred = Array.from({ length: replicas }, (_, k) => slopeOfDealt(trace, begun, group, k));
      const mean = (read: (slope: Slope) => number) => blurred.reduce((sum, slope) => sum + read(slope), 0) / replicas;
      const sure = seen.errors - mean(({ errors }) => errors) >= SURE;
      return sure && seen.share - mean(({ share }) => share) >= MATERIAL;
    });
    return isMore ? { grows: true, ...told } : null;
  }
  return doesNotGrow(company) ? { grows: false, ...told } : null;
}

/** Do requests take as long among many others as among few, where a full queue would have shown the contrary? */
export const takesAsLong = (trace: Trace): boolean =>
  trace.length >= FEWEST && doesNotGrow(fewAndMany(trace.duration, foundByEach(trace, trace.end, trace.duration)));

/** In a full queue times grow with the number of requests found. Here they must not, and the log must be able to show such growth. */
function doesNotGrow({ few, many, error }: Company): boolean {
  const growth = few.mean * ((many.beside + 1) / (few.beside + 1) - 1);
  const difference = Math.abs(many.mean - few.mean);
  return many.mean < LONGER * few.mean && growth >= WOULD_SHOW * error && difference + error <= HARDLY * growth;
}

/** What the durations say about waiting inside the application. */
export function insideWords(growth: LoadGrowth | null): string {
  if (growth === null) {
    return 'whether requests waited for its event loop, inside the application (for threads, for connections) or at a limit that was set, the log does not show';
  }
  const times = `${besideText(growth.few)}, ${besideText(growth.many)}`;
  if (growth.inTurn)
    return `requests wait in turn inside the application (${times}) for slots that it, or what runs it, has; how many these are, and so how long they wait, the log does not show`;
  if (growth.behindProxy) {
    return growth.grows
      ? `requests take longer the more of them there are (${times}): they queue, for a worker or inside the application, and the proxy's time does not tell which`
      : `requests take as long among many as among few (${times})`;
  }
  return growth.grows
    ? `requests wait for each other inside the application, and their logged times hold that (${times}); how long they wait before it runs is not in the log`
    : `requests take as long among many as among few (${times}): nothing shows that they waited inside the application; time before the event loop comes round is not in the log`;
}

export interface Company {
  /** Number of requests; how many others they found on average; how long they took on average, µs. */
  readonly few: { readonly count: number; readonly beside: number; readonly mean: number };
  readonly many: { readonly count: number; readonly beside: number; readonly mean: number };
  /** µs: mean duration of all requests, and standard error of the difference between both means. */
  readonly mean: number;
  readonly error: number;
}

/** Splits the requests at the median number of others found. */
function fewAndMany(duration: Float64Array, found: Float64Array): Company {
  const n = duration.length;
  const middle = found.slice().sort()[n >> 1];
  let squares = 0;
  const halves = [
    { count: 0, beside: 0, sum: 0 },
    { count: 0, beside: 0, sum: 0 },
  ];
  for (let i = 0; i < n; i++) {
    const half = halves[found[i] <= middle ? 0 : 1];
    half.count++;
    half.beside += found[i];
    half.sum += duration[i];
    squares += duration[i] ** 2;
  }
  const [few, many] = halves.map(({ count, beside, sum }) => ({ count, beside: beside / count, mean: sum / count }));
  const mean = (halves[0].sum + halves[1].sum) / n;
  const error = Math.sqrt(Math.max(0, squares / n - mean * mean) * (1 / many.count + 1 / few.count));
  return { few, many, mean, error };
}

interface Slope {
  /** Slope of the least-squares line, in its standard errors. */
  readonly errors: number;
  /** Slope times the mean number found, as a share of the mean duration. */
  readonly share: number;
}

/** Number of other requests that each one finds in its process when it comes (in the whole log, if lines name no process). */
export function foundByEach({ worker }: Trace, end: Float64Array, duration: Float64Array): Float64Array {
  const found = new Float64Array(end.length);
  const present = new Map<number, number[]>();
  for (const i of orderOf(end.map((at, k) => at - duration[k]))) {
    const begin = end[i] - duration[i];
    const others = (present.get(worker[i]) ?? []).filter((until) => until > begin);
    found[i] = others.length;
    others.push(end[i]);
    present.set(worker[i], others);
  }
  return found;
}

/** Group number of each request. A group is up to GROUP consecutive requests of a route. */
function groupsOf({ length, route, end, duration }: Trace): Int32Array {
  const group = new Int32Array(length);
  const open = new Map<number, { id: number; size: number }>();
  let next = 0;
  for (const i of orderOf(end.map((at, k) => at - duration[k]))) {
    let own = open.get(route[i]);
    if (!own || own.size === GROUP) open.set(route[i], (own = { id: next++, size: 0 }));
    own.size++;
    group[i] = own.id;
  }
  return group;
}

/**
 * Slope of the durations (µs) over the number of requests found, with its standard error, from sums of squares and products about the mean;
 * `xx` > 0.
 */
export function leastSquares(xx: number, xy: number, yy: number, degreesOfFreedom: number) {
  const slope = xy / xx;
  return { slope, error: Math.sqrt(Math.max(1, yy - slope * xy) / degreesOfFreedom / xx) };
}

function slopeOf(found: Float64Array, duration: Float64Array, group: Int32Array): Slope {
  const n = found.length;
  const x = lessGroupMean(found, group);
  const y = lessGroupMean(duration, group);
  let [xx, xy, yy, beside, sum, groups] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += x[i] * x[i];
    xy += x[i] * y[i];
    yy += y[i] * y[i];
    beside += found[i];
    sum += duration[i];
    groups = Math.max(groups, group[i] + 1);
  }
  if (!(xx > 0) || n - groups < FEWEST / 2) return { errors: 0, share: 0 };
  const { slope, error } = leastSquares(xx, xy, yy, n - groups - 1);
  return { errors: slope / error, share: (slope * beside) / sum };
}

interface World {
  /** µs: when each request began. */
  readonly begun: Float64Array;
  /** Requests with the same number are compared with each other, and their durations are shuffled among them. */
  readonly group: Int32Array;
}

/**
 * A crowd stands apart if more than APART ticks lie between it and its neighbours. A log with at least the share MOSTLY of its requests in
 * such crowds is one of crowds.
 */
const APART = 2;
const MOSTLY = 0.5;
/** Ticks by which the windows of two requests of one crowd may miss each other. */
const AT_ONCE = 0.05;

/**
 * Groups requests into as few crowds as their windows allow; the members of a crowd may all have begun at one instant. If instead stamps
 * were spread evenly over their tick, requests that began together would lie apart by what each took, and long ones would seem to come
 * among others. null: too few requests are in crowds that stand apart.
 */
function inCrowds({ length, low, high, duration, route, resolution }: Trace): World | null {
  const crowds: { at: number; members: number[] }[] = [];
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const i of orderOf(high.map((at, k) => at - duration[k]))) {
    const [earliest, latest] = [low[i] - duration[i], high[i] - duration[i]];
    const isNext = earliest > to + AT_ONCE * resolution;
    if (isNext) crowds.push({ at: 0, members: [] });
    [from, to] = isNext ? [earliest, latest] : [Math.max(from, earliest), Math.min(to, latest)];
    const crowd = crowds[crowds.length - 1];
    crowd.members.push(i);
    crowd.at = (from + to) / 2;
  }
  const isApart = (k: number) => k < 1 || k >= crowds.length || crowds[k].at - crowds[k - 1].at > APART * resolution;
  const apart = crowds.filter((_, k) => isApart(k) && isApart(k + 1));
  if (apart.reduce((sum, { members }) => sum + members.length, 0) < MOSTLY * length) return null;
  const begun = new Float64Array(length);
  const group = new Int32Array(length);
  const open = new Map<number, { id: number; size: number }>();
  let next = 0;
  for (const { at, members } of crowds) {
    for (const [id, own] of open) if (own.size >= GROUP) open.delete(id);
    for (const i of members) {
      let own = open.get(route[i]);
      if (!own) open.set(route[i], (own = { id: next++, size: 0 }));
      own.size++;
      begun[i] = at;
      group[i] = own.id;
    }
  }
  return { begun, group };
}

/** The slope if durations did not depend on the number in flight: those of each group are shuffled, then logged with the same stamps. */
function slopeOfDealt(trace: Trace, begun: Float64Array, group: Int32Array, replica: number): Slope {
  const { length: n, resolution } = trace;
  const draws = createDraws(trace);
  for (let skipped = 0; skipped < replica; skipped++) draws.next();
  const dealt = dealtWithin(trace.duration, group, draws);
  const end = begun.map((at, i) => at + dealt[i]);
  const order = orderOf(end);
  const low = ticksAt(end, order, resolution);
  const written = spreadInTicks(
    low,
    low.map((at) => at + resolution),
  );
  const told = new Float64Array(n);
  order.forEach((i, k) => {
    told[i] = written[k];
  });
  return slopeOf(foundByEach(trace, told, dealt), dealt, group);
}

function dealtWithin(values: Float64Array, group: Int32Array, draws: Draws): Float64Array {
  const members = new Map<number, number[]>();
  group.forEach((id, i) => {
    const own = members.get(id);
    if (own) own.push(i);
    else members.set(id, [i]);
  });
  const dealt = values.slice();
  for (const own of members.values()) {
    const mixed = floatsAt(values, own);
    shuffle(mixed, 0, own.length, draws);
    own.forEach((i, k) => {
      dealt[i] = mixed[k];
    });
  }
  return dealt;
}

function lessGroupMean(values: Float64Array, group: Int32Array): Float64Array {
  const sums = new Map<number, { sum: number; count: number }>();
  values.forEach((value, i) => {
    const own = sums.get(group[i]) ?? { sum: 0, count: 0 };
    sums.set(group[i], { sum: own.sum + value, count: own.count + 1 });
  });
  return values.map((value, i) => {
    const { sum, count } = sums.get(group[i]) ?? { sum: 0, count: 1 };
    return value - sum / count;
  });
}
