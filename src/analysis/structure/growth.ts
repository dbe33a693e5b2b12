/**
 * Do requests take longer the more of them are in flight? On a server that sets no limit they do where they wait for one
 * another inside the application: for a blocked event loop, a pool of threads or connections, a lock, a core. Their logged
 * times then hold that wait, and where they do not grow, nothing shows one.
 *
 * Durations are regressed on the number of requests that each one found in its process, within a short while of its own
 * route, so that a slow hour or a slow route does not count. Stamps that are off put a long request beside more others than
 * it had; how much that alone makes of it is found by dealing the durations of each group anew, as the log would have told
 * of them, and is taken off.
 */
import { floatsAt } from '../../core/columns.ts';
import type { LoadGrowth } from '../../core/inference.ts';
import { besideText } from '../../core/words.ts';
import { createDraws, type Draws, shuffle } from './draws.ts';
import { orderOf } from './order.ts';
import { spreadInTicks, type Trace, ticksAt } from './trace.ts';

/** Fewer requests show nothing. */
const FEWEST = 100;
/** Consecutive requests of a route that are compared with each other. */
const GROUP = 32;
/** Standard errors beyond what blurred stamps make, share of the mean time, and times as long among many, from which it is told. */
const SURE = 6;
const MATERIAL = 0.15;
const LONGER = 1.2;
/** Standard errors by which a full queue would have shown, and the share of its growth that may still be none. */
const WOULD_SHOW = 5;
const HARDLY = 0.15;

/** null: too few requests, or too evenly beside each other, to tell. @param behindProxy the durations are a proxy's */
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
    // Callers may have come as the middles of their windows have it, or in crowds.
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

/** Do requests take as long among many as among few, and would it have shown if they did not? */
export const takesAsLong = (trace: Trace): boolean =>
  trace.length >= FEWEST && doesNotGrow(fewAndMany(trace.duration, foundByEach(trace, trace.end, trace.duration)));

/** Times of a full queue grow with the number found: here they must not, and it must have shown. */
function doesNotGrow({ few, many, error }: Company): boolean {
  const growth = few.mean * ((many.beside + 1) / (few.beside + 1) - 1);
  const difference = Math.abs(many.mean - few.mean);
  return many.mean < LONGER * few.mean && growth >= WOULD_SHOW * error && difference + error <= HARDLY * growth;
}

/** What the durations tell of waiting inside the application. */
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
  /** Requests that found this many others on average, and µs they took. */
  readonly few: { readonly count: number; readonly beside: number; readonly mean: number };
  readonly many: { readonly count: number; readonly beside: number; readonly mean: number };
  /** µs, mean of all; and the standard error of the difference of both. */
  readonly mean: number;
  readonly error: number;
}

/** Requests that found no more than the median number of others, and those that found more. */
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
  /** Of the least squares line, in its standard errors. */
  readonly errors: number;
  /** Share of the mean time that the mean number found accounts for. */
  readonly share: number;
}

/** Number of others in its process (of all, where lines name none) that each request finds when it comes. */
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

/** Number of the group of each request: consecutive ones of a route. */
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

/** The slope of durations in µs over requests found, and its standard error, from sums of squares and products about the mean; `xx` > 0. */
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
  /** Those with one number are dealt anew, and compared. */
  readonly group: Int32Array;
}

/** Ticks without a beginning before and after a crowd, and the share of the requests in such crowds, from which the log is one of crowds. */
const APART = 2;
const MOSTLY = 0.5;
/** Ticks within which a crowd comes. */
const AT_ONCE = 0.05;

/**
 * As few crowds as the windows of the stamps allow, each of requests that may have begun at one instant; null: most do not stand apart. Stamps
 * spread over their tick set apart what began together, by what each request took: the long ones then seem to come among others.
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

/** The slope where durations have nothing to do with who is there: those of each group dealt anew, told as the log tells. */
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
