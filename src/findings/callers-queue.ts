/** Finding: callers queue, although the pool was not full for long, or it is unknown how full it was. */
import { withTimes } from '../core/event-times.ts';
import { defineFinding, type Facts, type Finding, isKeptWhole, spanOfInstants } from '../core/finding.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { momentsOf } from '../core/moments.ts';
import { orNull, secondsOf } from '../core/rows.ts';
import { meanOf, sumOf } from '../core/statistics.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { waitIsClockError } from './measured-waits.ts';
import { DEFAULT_TARGET_WAIT, enoughText, knownSlots, largerPool, poolText } from './pool-words.ts';

/** The finding needs at least this share of the requests to wait, and at least this mean wait (µs). */
const WAITING_SHARE = 0.3;
const LEAST_MEAN = 50_000;
/** µs: a p95 wait from which the finding is critical; also the least mean wait in a stretch that is reported by itself. */
const LONG = 500_000;
/** A stretch with a queue has at least this many arrivals, lasts at least SHORTEST µs, and ends at a gap of more than APART µs. */
const FEWEST_DEEP = 50;
const SHORTEST = 60e6;
const APART = 60e6;
/** An arrival counts as part of the long queue from this share of the typical depth (the mean weighted by depth, see `withoutShallow`). */
const OF_DEPTH = 0.1;
/** Fewer lines than this about refused connections are a passing moment. */
const FEWEST_REFUSALS = 3;

function examine(facts: Facts): Finding | null {
  const { wait } = facts.inference;
  // Requests that queue inside the application have a finding of their own.
  if (waitIsClockError(facts) || facts.inference.service.growth?.inTurn) return null;
  if (wait.method === 'unknown') return refusedConnections(facts);
  // Even the lowest waits that fit the log must show a queue.
  if (!(wait.waitingRatio >= WAITING_SHARE && wait.lowP95 > DEFAULT_TARGET_WAIT / 2)) return queueForAWhile(facts);
  if (wait.method === 'bounded') return longQueue(facts);
  if (!(wait.mean >= LEAST_MEAN && wait.p95 > DEFAULT_TARGET_WAIT)) return null;
  return queue(facts);
}

function queue(facts: Facts): Finding {
  const { summary, inference } = facts;
  const { wait } = inference;
  const enough = largerPool(facts);
  const deep = deepQueueOf(facts);
  const when = deep ? ` The longest queue lasted from ${momentsOf(summary.window).span(deep.from, deep.to)} UTC.` : '';
  const longest = Number.isFinite(wait.peakQueue) ? `, up to ${countText(wait.peakQueue, 'request')} in the queue` : '';
  return {
    severity: severityOf(wait.lowP95),
    title: `Callers queue before a worker takes them: p95 ${durationText(wait.p95)} (${wait.method})`,
    brief: `Callers queue: p95 ${durationText(wait.p95)} (${wait.method})`,
    detail: `${percentText(wait.waitingRatio)} of the requests to ${poolText(summary.server)} found every slot busy: mean wait ${durationText(wait.mean)} (between ${durationText(wait.lowMean)} and ${durationText(wait.highMean)}), p95 ${durationText(wait.p95)}${longest}.${when} Known from this: ${wait.basis}.`,
    evidence: evidenceOf(facts),
    advice: enough ? enoughText(enough, summary) : moreSlots(facts),
    ...{ from: deep?.from ?? Number.NaN, to: deep?.to ?? Number.NaN },
    lostSeconds: (wait.mean / 1e6) * summary.requests.total,
  };
}

/** Of the stretches in which the server logged its queue depth at each arrival, the one with the most waiting. */
interface DeepQueue {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  readonly arrivals: number;
  /** Requests in the queue: mean and maximum over the arrivals. */
  readonly depth: number;
  readonly deepest: number;
}

function deepQueueOf(facts: Facts): DeepQueue | null {
  // Lines without a time are dated by the request lines around them, which are not all kept of a long log.
  const lifecycle = isKeptWhole(facts) ? withTimes(facts.lifecycle, facts.requests) : facts.lifecycle;
  const stretches = stretchesOf(lifecycle.filter(({ kind, time }) => kind === 'queued' && Number.isFinite(time)));
  if (stretches.length === 0) return null;
  const waitingIn = (stretch: readonly LifecycleEvent[]) => sumOf(stretch.map(({ value }) => value ?? 0));
  const worst = stretches.reduce((a, b) => (waitingIn(b) > waitingIn(a) ? b : a));
  const deep = withoutShallow(worst);
  const { from, to } = spanOfEvents(deep);
  if (deep.length < FEWEST_DEEP || to - from < SHORTEST) return null;
  const depths = deep.map(({ value }) => value ?? 0);
  return { from, to, arrivals: deep.length, depth: meanOf(depths), deepest: Math.max(...depths) };
}

/**
 * Cuts the short queues before and after the long one: a busy pool has short queues all the time. Keeps the consecutive events with the
 * largest sum of (depth - threshold) (Kadane). The threshold is OF_DEPTH times the depth-weighted mean depth, Σd² / Σd.
 */
function withoutShallow(events: readonly LifecycleEvent[]): LifecycleEvent[] {
  const depths = events.map(({ value }) => value ?? 0);
  const least = (OF_DEPTH * sumOf(depths.map((depth) => depth ** 2))) / sumOf(depths);
  let [sum, first] = [0, 0];
  let best = { sum: 0, first: 0, behind: 0 };
  depths.forEach((depth, k) => {
    if (sum <= 0) [sum, first] = [0, k];
    sum += depth - least;
    if (sum > best.sum) best = { sum, first, behind: k + 1 };
  });
  return events.slice(best.first, best.behind);
}

/**
 * For a log in which few callers wait overall: the stretch with a long queue. The N-th in the queue waits for N departures, so the mean wait
 * in the stretch is its mean depth times (longest wait / longest queue).
 */
function queueForAWhile(facts: Facts): Finding | null {
  const { inference, summary } = facts;
  const { wait } = inference;
  const queue = deepQueueOf(facts);
  if (!queue) return null;
  const { from, to, arrivals, depth, deepest } = queue;
  const mean = (depth * wait.max) / wait.peakQueue;
  if (!(mean >= LONG)) return null;
  // The relative uncertainty of the wait is that of the whole log.
  const [low, high] = [wait.lowMean, wait.highMean].map((bound) => (mean * bound) / wait.mean);
  const eachText = `${durationText(low)} to ${durationText(high)}`;
  return {
    severity: 'warning',
    title: `From ${momentsOf(summary.window).span(from, to)} UTC callers queued, up to ${countText(deepest, 'request')} at once: ${eachText} each (inferred)`,
    brief: `Callers queued for ${durationText(to - from)}, ${eachText} each`,
    detail: `The server says so itself: at ${countText(arrivals, 'arrival')} in these ${durationText(to - from)}, ${roundText(depth)} requests waited on average. In all of the log ${percentText(wait.waitingRatio)} of the requests waited. Known from this: ${wait.basis}.`,
    evidence: {
      ...evidenceOf(facts),
      stretch_seconds: (to - from) / 1e6,
      stretch_waiting: arrivals,
      stretch_wait_mean_seconds: mean / 1e6,
      stretch_wait_low_seconds: low / 1e6,
      stretch_wait_high_seconds: high / 1e6,
    },
    advice: `Look at what was slow then, or who came: the lines do not say how long requests took. ${moreSlots(facts)}`,
    from,
    to,
    lostSeconds: (arrivals * mean) / 1e6,
  };
}

/** Splits events into stretches, in order of time; successive events within a stretch are at most APART µs apart. */
function stretchesOf(events: readonly LifecycleEvent[]): LifecycleEvent[][] {
  const stretches: LifecycleEvent[][] = [];
  for (const event of events.toSorted((a, b) => a.time - b.time)) {
    const open = stretches.at(-1);
    if (open && event.time - open[open.length - 1].time <= APART) open.push(event);
    else stretches.push([event]);
  }
  return stretches;
}

/** The log bounds the waits from below only. */
function longQueue(facts: Facts): Finding {
  const { summary, inference } = facts;
  const { wait, service } = inference;
  const slots = knownSlots(summary.server);
  const pace =
    slots !== null && service.mean > 0
      ? ` At ${durationText(service.mean)} a request ${poolText(summary.server)} can answer ${roundText((slots * 1e6) / service.mean)} a second, and more came.`
      : '';
  return {
    severity: severityOf(wait.lowP95),
    title: `The server is overloaded: callers queue for ${durationText(wait.lowP95)} or longer (p95, at least)`,
    brief: `Overloaded: callers queue for ${durationText(wait.lowP95)} or longer (p95)`,
    detail: `${percentText(wait.waitingRatio)} of the requests to ${poolText(summary.server)} found every slot busy: mean wait at least ${durationText(wait.lowMean)}, p95 at least ${durationText(wait.lowP95)}.${pace} Known from this: ${wait.basis}.`,
    evidence: evidenceOf(facts),
    advice: moreSlots(facts),
    ...spanOfEvents(refusals(facts)),
    lostSeconds: (wait.lowMean / 1e6) * summary.requests.total,
  };
}

/** The waits are unknown; the log only shows that the server took no more connections. */
function refusedConnections(facts: Facts): Finding | null {
  const refused = refusals(facts);
  // An event loop that refuses requests above a limit answers the others at once: nobody queues.
  if (refused.length < FEWEST_REFUSALS || facts.inference.unbounded || facts.summary.server.model === 'async')
    return null;
  const text = refused.find((event) => event.text !== null)?.text;
  return {
    severity: 'warning',
    title: `The queue of the server was full ${countText(refused.length, 'time')}: callers wait in front of it, or are refused`,
    brief: `The queue of the server was full ${countText(refused.length, 'time')}`,
    detail: `It says so itself${text ? ` ("${text}")` : ''}. How long callers waited, this log does not tell: those who are not let in leave no line.`,
    evidence: { ...evidenceOf(facts), refusals: refused.length },
    advice: `${moreSlots(facts)} Where most connections only idle (keep-alive), a proxy in front that holds them is the remedy.`,
    ...spanOfEvents(refused),
  };
}

/** A server that logs its queue depth (waitress) logs neither pid nor duration, so the advice computes threads by the square-root rule. */
const moreSlots = (facts: Facts): string =>
  facts.lifecycle.some(({ kind }) => kind === 'queued') ? `${threadsText(facts)} ${WHERE_THREADS}` : ADD_SLOTS;

const WHERE_THREADS =
  'That is where views wait for something else (database, HTTP); where they compute, threads of one process do not help, and a second process does.';

interface Need {
  readonly threads: number;
  /** Mean number of busy slots under this load (offered load a = λ S). */
  readonly busy: number;
  readonly perSecond: number;
  /** Service time, µs. */
  readonly service: number;
}

/**
 * Threads by the square-root rule a + 2 √a for the offered load a = λ S. Where no service time S is logged it follows from Little's law: the
 * full pool of K slots answers X = N / W per second (N longest queue, W longest wait), so S = K / X. null: not enough is known.
 */
function needOf({ summary, inference }: Facts): Need | null {
  const { wait, service } = inference;
  const slots = knownSlots(summary.server);
  const { seconds } = summary.window;
  if (slots === null || seconds === null || !(seconds > 0)) return null;
  const took = service.mean > 0 ? service.mean : (slots * wait.max) / wait.peakQueue;
  if (!(took > 0 && Number.isFinite(took))) return null;
  const perSecond = summary.requests.total / seconds;
  const busy = (perSecond * took) / 1e6;
  return { threads: Math.max(slots + 1, Math.ceil(busy + 2 * Math.sqrt(busy))), busy, perSecond, service: took };
}

function threadsText(facts: Facts): string {
  const how = '(threads= of serve(), --threads of waitress-serve)';
  const need = needOf(facts);
  if (!need) return `Give waitress more threads ${how} until hardly anybody has to wait.`;
  // For an overloaded server λ counts only the answers, and more requests came: the number is a lower bound.
  const least = facts.inference.wait.method === 'bounded' ? 'at least' : 'about';
  return `Give waitress ${least} ${need.threads} threads ${how}: ${roundText(need.perSecond)} requests/s of ${durationText(need.service)} keep ${roundText(need.busy)} of them busy on average, and the square-root rule (a + 2 √a) adds room for chance.`;
}

const ADD_SLOTS =
  'Add threads or workers until hardly anybody has to wait. Where a log has the pid and the duration of each request, the number that would do is computed.';

const severityOf = (lowP95: number): 'critical' | 'warning' => (lowP95 >= LONG ? 'critical' : 'warning');

const refusals = ({ lifecycle }: Facts): readonly LifecycleEvent[] =>
  lifecycle.filter(({ kind }) => kind === 'queue-full');

const spanOfEvents = (events: readonly LifecycleEvent[]) => spanOfInstants(events.map(({ time }) => time));

function evidenceOf(facts: Facts): Finding['evidence'] {
  const { wait } = facts.inference;
  return {
    wait_method: wait.method,
    waiting_ratio: orNull(wait.waitingRatio),
    wait_mean_seconds: secondsOf(wait.mean),
    wait_p95_seconds: secondsOf(wait.p95),
    wait_max_seconds: secondsOf(wait.max),
    wait_low_p95_seconds: secondsOf(wait.lowP95),
    peak_queue: orNull(wait.peakQueue),
    slots_by_square_root: needOf(facts)?.threads ?? null,
  };
}

export default defineFinding({
  id: 'callers-queue',
  title: 'Callers queue, although the pool was not full for long, or nobody knows how full it was',
  needs: ['time'],
  examine,
  explain: {
    test: [
      'At least 30 % of the requests wait, 50 ms or more on average, and the p95 is above 200 ms, in the most favourable reading',
      'of the log above 100 ms; the waits may be inferred, measured (a proxy, X-Request-Start), or told by queue depths (waitress).',
      'Where the log bounds the wait from below alone (the server took no more connections, and says how many wait inside), the bound',
      'must pass; where it tells no wait, three lines of the server that it takes no more connections are said.',
      'Where fewer wait in all: at 50 arrivals or more, a minute apart at most, over a minute or more, the server said how many wait, and half a second each comes of it.',
      "From depths: whoever is the N-th to wait waits N / X where the full pool answers X per second (Little's law). Threads",
      'that would do, by hand: ceil(a + 2 √a) for a = λ S, where S = K / X (square-root staffing, Halfin and Whitt 1981).',
    ].join('\n'),
    guards: [
      'A symptom of pool-saturated and pool-too-small, which say more: silent when one of them speaks.',
      'Waits that are an error of clocks do not count.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--workers N, or --worker-class gthread --threads K; log pid=%(p)s us=%(D)s to have the number computed',
      uvicorn:
        'does not queue for slots (--limit-concurrency N answers 503 beyond N); look for a blocked event loop, or for def views, which share 40 threads',
      waitress: 'waitress-serve --threads=N (default 4)',
      hypercorn: 'does not queue for slots; WSGI applications use a thread pool',
      uWSGI: '--processes N, or --enable-threads --threads K; --listen only lengthens the queue',
    },
  },
  fires: ['faults/waitress-queue-depth.log.gz', 'faults/waitress-overloaded.log.gz'],
  quiet: ['gunicorn-sync-4-half-loaded.log', 'hypercorn-4-default.log', 'waitress-16-threads-ramp.log'],
});
