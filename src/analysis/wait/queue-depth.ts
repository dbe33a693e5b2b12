/**
 * Waits from the queue depths that waitress logs. At each arrival that has to wait it writes how many do ("Task queue depth is N"). First
 * come, first served, the N-th of them starts with the N-th departure from then on; so it waits N / X, where X is the rate at which a full
 * pool answers. The mean is Little's law. The lines need no time of their own. X lies between the rate of the whole log and that of its
 * busiest stretches.
 */
import type { WaitInference } from '../../core/inference.ts';
import { type LifecycleEvent, MOST_LIFECYCLE_EVENTS } from '../../core/lifecycle.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Trace } from '../structure/trace.ts';
import type { Found } from '../structure/without-durations.ts';
import { quantile, unknownWait } from './summarise-waits.ts';

const SECOND = 1_000_000;
/** Least width of the windows in which the rate is counted: in µs, and in requests on average. */
const WINDOW = 2 * SECOND;
const IN_WINDOW = 10;
/**
 * With fewer requests than FEWEST no rate can be counted. Then at least FEWEST_WAITING of them, and this share, must have waited: the
 * waiting ones themselves give a rate.
 */
const FEWEST = 40;
const FEWEST_WAITING = 6;
const MOSTLY_WAITING = 0.5;
/**
 * Share of the arrivals up to which a server may report that it takes no more connections. Beyond that, what waits in front of it matters,
 * and it does not count that.
 */
const MOST_REFUSED = 0.1;
/**
 * Share of the wait inside the server that is taken as a lower bound of the whole wait, if the server took no more connections. On 10
 * recordings of waitress in that state the wait inside was 0.21 to 0.84 of the true wait; the factor adds some margin.
 */
const INSIDE = 0.75;
/** If at least this share of the arrivals waits, the pool is full without a pause, and its rate is that of its slots. */
const ALWAYS_FULL = 0.9;
/**
 * Factors to the ends of the range. On 15 recordings of waitress (2 to 16 threads, five kinds of load) the estimate was 0.85 to 1.62 of the
 * truth.
 */
const LESS = 0.55;
const MORE = 1.05;
/** The time that n departures take varies, because services do: by this many times √n mean times between two departures. */
const SPREAD = 1.5;
/** µs: added to either end of a range (a multiple of it for the 95th percentile). */
const FLOOR = 10_000;

/** Number of requests in each time step of a log, counting all of them. */
export interface CountedSteps {
  /** µs */
  readonly step: number;
  readonly requests: ArrayLike<number>;
}

/** Requests per µs. */
export const rateOfSteps = ({ step, requests }: CountedSteps): number => sumOf(requests) / (requests.length * step);

/**
 * Waits from the queue depths. null: the log has no such lines, or too few requests beside them. `counted`: all requests of the log, where
 * the trace holds only some of them; the lines of the server are complete in any case.
 */
export function queueDepthWaits(
  trace: Trace,
  lifecycle: readonly LifecycleEvent[],
  counted: CountedSteps | null = null,
): WaitInference | null {
  const depths = lifecycle.flatMap(({ kind, value }) => (kind === 'queued' && value !== null ? [value] : []));
  const n = counted ? sumOf(counted.requests) : trace.length;
  if (depths.length === 0 || depths.length > n || lifecycle.length >= MOST_LIFECYCLE_EVENTS) return null;
  if (n < FEWEST) return ofShortLog(trace, depths);
  const share = depths.length / n;
  const { whole, full } = counted ? ratesOfSteps(counted, share) : ratesOf(trace, share);
  // Requests without such a line found a slot free and did not wait.
  const waited = new Float64Array(n);
  waited.set(depths.map((depth) => depth / full));
  waited.sort();
  const mean = meanOf(waited);
  const p95 = quantile(waited, 0.95);
  const refused = lifecycle.filter(({ kind }) => kind === 'queue-full').length;
  if (refused > MOST_REFUSED * n)
    return {
      ...unknownWait(
        `the server took no more connections ${refused} times: it says how many wait inside (up to ${Math.max(...depths)}), and not how many do in front of it`,
      ),
      method: 'bounded',
      confidence: 0.9,
      lowMean: INSIDE * mean,
      lowP95: INSIDE * p95,
      waitingRatio: depths.length / n,
    };
  // A full pool is no slower than the mean rate of the whole log.
  const most = MORE * (full / whole);
  return {
    ...unknownWait(
      `the server says at each arrival how many wait (${depths.length} lines); while it is full it answers about ${(full * SECOND).toPrecision(2)} a second`,
    ),
    method: 'inferred',
    confidence: 0.9,
    mean,
    p50: quantile(waited, 0.5),
    p95,
    p99: quantile(waited, 0.99),
    max: waited[n - 1],
    lowMean: Math.max(0, LESS * mean - FLOOR),
    highMean: most * mean + FLOOR,
    lowP95: Math.max(0, LESS * p95 - 2 * FLOOR),
    highP95: most * p95 + SPREAD * Math.sqrt(p95 / full) + 3 * FLOOR,
    waitingRatio: depths.length / n,
    peakQueue: Math.max(...depths),
  };
}

/**
 * For few requests, most of which waited. Those that waited started one after the other between the first and the last stamp, which a tick
 * blurs. Those that found a slot free fill one turn of the slots at most, and a wait may be longer by one turn. null: too few waited.
 */
function ofShortLog(trace: Trace, depths: readonly number[]): WaitInference | null {
  const n = trace.length;
  if (depths.length < Math.max(FEWEST_WAITING, MOSTLY_WAITING * n)) return null;
  const first = trace.low.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = trace.low.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const span = last - first;
  // Within a single tick nothing tells how fast they left.
  if (span < trace.resolution) return null;
  const perDeparture = (micros: number) => micros / depths.length;
  const waited = new Float64Array(n);
  waited.set(depths.map((depth) => depth * perDeparture(span)));
  waited.sort();
  const mean = meanOf(waited);
  const p95 = quantile(waited, 0.95);
  const shorter = (span - trace.resolution) / span;
  const longer = (span + trace.resolution) / span;
  const turn = (n - depths.length) * perDeparture(span + trace.resolution);
  const share = depths.length / n;
  return {
    ...unknownWait(
      `the server says at each arrival how many wait (${depths.length} lines for ${n} requests), and the stamps how long these took to leave`,
    ),
    method: 'inferred',
    confidence: 0.6,
    mean,
    p50: quantile(waited, 0.5),
    p95,
    p99: quantile(waited, 0.99),
    max: waited[n - 1],
    lowMean: Math.max(0, LESS * shorter * mean - FLOOR),
    highMean: longer * mean + share * turn + FLOOR,
    lowP95: Math.max(0, LESS * shorter * p95 - 2 * FLOOR),
    highP95: longer * p95 + turn + 3 * FLOOR,
    waitingRatio: share,
    peakQueue: Math.max(...depths),
  };
}

/**
 * The service time where the stamps give none: S = slots / X in a pool where nearly all arrivals had to wait, so that it was full all the
 * time. On 20 recordings of waitress this was 0.96 to 1.07 of the truth.
 */
export function withQueuedService(
  found: Found,
  trace: Trace,
  lifecycle: readonly LifecycleEvent[],
  slots: number | null,
): Found {
  const waited = lifecycle.filter(({ kind }) => kind === 'queued').length;
  const n = trace.length;
  if (trace.hasDurations || !Number.isNaN(found.serviceMean) || slots === null) return found;
  if (n < FEWEST || waited < ALWAYS_FULL * n || waited > n) return found;
  return {
    ...found,
    serviceMean: slots / ratesOf(trace, waited / n).full,
    serviceBasis: `${slots} slots that had a queue nearly all the time, as the server says`,
  };
}

interface Rates {
  /**
   * Requests per µs: over the whole log, and over the busiest windows. The latter are as many as it takes to hold the share of requests
   * that had to wait.
   */
  readonly whole: number;
  readonly full: number;
}

function ratesOf(trace: Trace, share: number): Rates {
  const n = trace.length;
  const first = trace.low.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = trace.high.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const whole = n / (last - first);
  const windows = Math.max(1, Math.floor((last - first) / Math.max(WINDOW, IN_WINDOW / whole)));
  const width = (last - first) / windows;
  const requests = new Float64Array(windows);
  for (let i = 0; i < n; i++) requests[Math.min(windows - 1, Math.floor((trace.low[i] - first) / width))]++;
  return ratesOfSteps({ step: width, requests }, share);
}

function ratesOfSteps({ step, requests }: CountedSteps, share: number): Rates {
  const counts = Float64Array.from(requests).sort().reverse();
  const n = sumOf(counts);
  let held = 0;
  let taken = 0;
  while (taken < counts.length && held < share * n) held += counts[taken++];
  return { whole: rateOfSteps({ step, requests }), full: held / (taken * step) };
}
