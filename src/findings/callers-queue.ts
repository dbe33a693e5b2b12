/** Finding: callers queue, although the pool is not known to have been full for long, or not at all how full it was. */
import { withTimes } from '../core/event-times.ts';
import { defineFinding, type Facts, type Finding, isKeptWhole, spanOfInstants } from '../core/finding.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { momentsOf } from '../core/moments.ts';
import { orNull, secondsOf } from '../core/rows.ts';
import { meanOf, sumOf } from '../core/statistics.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { waitIsClockError } from './measured-waits.ts';
import { DEFAULT_TARGET_WAIT, enoughText, knownSlots, largerPool, poolText } from './pool-words.ts';

/** Share of the requests that wait, and their mean, from which it is said. */
const WAITING_SHARE = 0.3;
/** µs */
const LEAST_MEAN = 50_000;
const LONG = 500_000;
/** Arrivals that make a stretch of a queue, µs that it lasts, and µs between two of them that end it. */
const FEWEST_DEEP = 50;
const SHORTEST = 60e6;
const APART = 60e6;
/** Share of the depth at which most of the waiting is done, from which an arrival belongs to it. */
const OF_DEPTH = 0.1;
/** Fewer lines of a server that takes no more connections are a moment. */
const FEWEST_REFUSALS = 3;

function examine(facts: Facts): Finding | null {
  const { wait } = facts.inference;
  // Those that queue inside the application have a finding of their own.
  if (waitIsClockError(facts) || facts.inference.service.growth?.inTurn) return null;
  if (wait.method === 'unknown') return refusedConnections(facts);
  // Even the favourable reading of the log must tell of a queue.
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

/** The stretch in which the server said at each arrival how many wait, and most waited in all. */
interface DeepQueue {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  readonly arrivals: number;
  /** Requests that waited, on average and at most. */
  readonly depth: number;
  readonly deepest: number;
}

function deepQueueOf(facts: Facts): DeepQueue | null {
  // Of a long log the request lines beside those without a time are not kept.
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
 * A busy pool has short queues all the time, which are not the beginning or the end of a long one: the events in a row with the largest sum (Kadane)
 * of what their depths are beyond a share of the depth at which most of the waiting is done.
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

/** Of a log in which few wait. The N-th of them waits for N departures, and the longest queue and the longest wait tell how long one takes. */
function queueForAWhile(facts: Facts): Finding | null {
  const { inference, summary } = facts;
  const { wait } = inference;
  const queue = deepQueueOf(facts);
  if (!queue) return null;
  const { from, to, arrivals, depth, deepest } = queue;
  const mean = (depth * wait.max) / wait.peakQueue;
  if (!(mean >= LONG)) return null;
  // The pace of the full pool is known as well as for the whole log.
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

/** Events at most a minute apart, in order of time. */
function stretchesOf(events: readonly LifecycleEvent[]): LifecycleEvent[][] {
  const stretches: LifecycleEvent[][] = [];
  for (const event of events.toSorted((a, b) => a.time - b.time)) {
    const open = stretches.at(-1);
    if (open && event.time - open[open.length - 1].time <= APART) open.push(event);
    else stretches.push([event]);
  }
  return stretches;
}

/** The log tells how long they waited at least. */
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

/** Nothing tells how long callers wait, but that the server let no more of them in. */
function refusedConnections(facts: Facts): Finding | null {
  const refused = refusals(facts);
  // An event loop that refuses beyond a limit answers at once.
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

/** A server that says how many of its requests wait for a thread logs neither pid nor duration. */
const moreSlots = (facts: Facts): string =>
  facts.lifecycle.some(({ kind }) => kind === 'queued') ? `${threadsText(facts)} ${WHERE_THREADS}` : ADD_SLOTS;

const WHERE_THREADS =
  'That is where views wait for something else (database, HTTP); where they compute, threads of one process do not help, and a second process does.';

interface Need {
  readonly threads: number;
  /** Busy on average under this load. */
  readonly busy: number;
  readonly perSecond: number;
  /** µs */
  readonly service: number;
}

/** By the square-root rule a + 2 √a of the load a = λ S; S is what the full pool took, where W = N / X (Little) tells its pace. */
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
  // Of an overloaded server the answers are counted, and more came.
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
