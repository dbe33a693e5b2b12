/** Finding: for a while requests took many times as long, on one route or several, because something they call was slow. */
import { defineFinding, type Facts, type Finding, isKeptWhole } from '../core/finding.ts';
import { type Moments, momentsOf } from '../core/moments.ts';
import { findOutages, type Outage, SLOW } from '../core/outages.ts';
import { orNull, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, listText, percentText, roundText, shortName } from '../core/words.ts';
import { happened, someLivedThrough } from './coincidence.ts';
import { loadBefore } from './load-before.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfQueue, MOST_WAITING, shareOfFullTime, waitingIn } from './saturation.ts';

/** Critical if those who waited did so for at least this long on average, s. */
const LONG_WAIT = 0.5;
/** µs: a restart at most this long before or after the beginning of a slow stretch may be its cause. */
const SAME_MOMENT = 15e6;
/** µs on either side of that beginning in which all workers may have been replaced. */
const REPLACED = 2e6;
/** No pool of more than this many times the present slots is recommended. */
const SENSIBLE = 4;
/** Outages filled the pool only if all slots were busy for at least this share of their time. */
const LEAST_FULL = 0.05;
/** Errors are reported if their share is at least this many times the usual one. */
const MORE_ERRORS = 2;

/** What the texts of the finding are made from. */
interface Story {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** Name of the only slow route; null: several were slow. */
  readonly who: string | null;
  readonly where: string;
  /** Median service time during the slow stretch and at other times, µs. */
  readonly took: number;
  readonly before: number;
  readonly filled: boolean;
  readonly replaced: boolean;
  /** Median size of the answers during the slow stretch and at other times, bytes; NaN if the log has no sizes. */
  readonly bytes: number;
  readonly usualBytes: number;
}

/** "Requests took 454 ms instead of 72 ms for 25 min". */
function briefOf({ from, to, who, took, before }: Story): string {
  const times = `${durationText(took)} instead of ${durationText(before)} for ${durationText(to - from)}`;
  return `${who === null ? 'Requests' : shortName(who)} took ${times}`;
}

function titleOf(story: Story, moments: Moments): string {
  const { from, to, who, where, took, before, filled, replaced } = story;
  const change = `${who ?? 'requests'} took ${durationText(took)} instead of ${durationText(before)}${where}`;
  if (replaced) {
    const fullText = filled ? ', which filled the pool' : '';
    return `All workers were replaced at ${moments.at(from)} UTC, and for ${durationText(to - from)} ${change}${fullText}`;
  }
  const callsText = who === null ? 'what they call was slow' : 'what it calls was slow';
  const why = askedForMore(story) ? 'it was asked for more' : callsText;
  return `From ${moments.span(from, to)} UTC ${change}: ${why}${filled ? ', and filled the pool' : ''}`;
}

function adviceOf(story: Story): string {
  const { replaced, before } = story;
  if (askedForMore(story))
    return 'Bound what one request may ask for (pages of a fixed size, a limit on the parameter), look for a query per row (N+1), and hand large exports to a task queue.';
  return replaced
    ? 'Warm new workers up before callers come: fill caches and open connections when a worker starts (post_worker_init of gunicorn, @postfork of uWSGI, the lifespan of ASGI servers), and replace them a few at a time, so that warm ones carry the load.'
    : `Bound what a slow backend may cost: a time-out of a few times ${durationText(before)} on every call (database, HTTP, cache), a circuit breaker that fails at once while it is away, and a limit on how many slots one backend may hold.`;
}

function examine(facts: Facts): Finding | null {
  const { summary, names } = facts;
  const { model } = summary.server;
  const slots = knownSlots(summary.server);
  if (slots === null || model === 'async' || model === 'thread-per-request') return null;
  const found = findOutages(facts, slots);
  if (!found) return null;
  const { outages, worst, outside, routes, affected, only } = found;
  const rows = rowsOf(facts);
  const serviceOf = (members: readonly number[]) => medianOf(members.map((i) => rows.service[i]));
  const isOneRoute = only !== null || new Set(outside.map((i) => rows.route[i])).size === 1;
  const { from, to } = worst;
  const slowRoutes = new Set(affected.map(({ route }) => route));
  const usually = outside.filter((i) => slowRoutes.has(rows.route[i]));
  const [took, before] = [serviceOf(worst.affected), serviceOf(usually.length > 0 ? usually : outside)];
  const waiting = waitingIn(facts, slots, outages);
  const fullShare = shareOfFullTime(facts, outages);
  const isMostWaiting = waiting.isMost && waiting.fullSeconds >= LEAST_FULL * lengthOf(outages);
  // With several servers, each has a queue of its own, which its own findings report.
  const filled = !summary.server.servers && (isMostWaiting || fullShare >= MOST_WAITING);
  const followed = isKeptWhole(facts) ? '' : ' that was followed';
  const errors = worst.inside.filter((i) => rows.status[i] >= 500).length;
  const allErrors = rows.status.reduce((count, status) => count + (status >= 500 ? 1 : 0), 0);
  const failed = errors / worst.inside.length >= MORE_ERRORS * (summary.requests.error_ratio ?? 0) ? errors : 0;
  const { rate, busy } = loadBefore(facts, rows, worst, only);
  const restarted = happened(facts, ['boot', 'reload', 'listen'], from - SAME_MOMENT, from + SAME_MOMENT);
  const replaced = allReplacedAt(facts, from);
  const story: Story = {
    from,
    to,
    who: only === null ? null : names.routes.text(only),
    where: isOneRoute ? '' : affected.length === routes.length ? ' on all routes' : onSome(affected, names),
    took,
    before,
    filled,
    replaced,
    bytes: bytesOf(facts, rows, worst.slow),
    usualBytes: bytesOf(facts, rows, outside),
  };
  const because = isMostWaiting
    ? `${percentText(waiting.seconds / waiting.ofAll)} of all waiting${followed} falls into the time until its queue was gone`
    : `${percentText(fullShare)} of the time in which all slots were busy begins with it`;
  const fullText = filled ? ` The pool (${poolText(summary.server)}) was full because of it: ${because}.` : '';
  return {
    severity: filled && isMostWaiting && waiting.seconds >= LONG_WAIT * waiting.waiters ? 'critical' : 'warning',
    title: titleOf(story, momentsOf(summary.window)),
    brief: briefOf(story),
    detail: `${percentText(worst.slow.length / worst.inside.length)} of the ${countText(worst.inside.length, 'request')} that ${followed === '' ? '' : 'were followed of those that '}began in these ${durationText(to - from)} took ${SLOW} times the usual time of their route or longer${failed > 0 ? `, and ${countText(failed, 'was', 'were')} answered with an error` : ''}; ${story.who === null ? '' : 'other routes kept their pace, and '}requests that slow each other down do not explain it.${fullText}${moreText(outages.length)} ${lookAlikeText(replaced, restarted)}${moreAskedText(story)}`,
    evidence: {
      slow_requests: worst.slow.length,
      service_median_seconds: took / 1e6,
      usual_median_seconds: before / 1e6,
      stretch_seconds: (to - from) / 1e6,
      stretches: outages.length,
      routes_affected: affected.length,
      errors,
      with_restart: restarted || replaced,
      requests_per_second_before: orNull(rate),
      busy_slots_needed: orNull(busy),
      wait_share: orNull(waiting.seconds / waiting.ofAll),
      saturated_seconds: filled ? summary.concurrency.saturated_seconds : null,
    },
    advice: `${adviceOf(story)}${filled ? slotsToBearIt(rate, busy, slots) : ''}`,
    from,
    to,
    lostSeconds: waiting.seconds + outages.reduce((sum, { excessMicros }) => sum + excessMicros, 0) / 1e6,
    spares: [
      ...(filled ? [] : poolFindings),
      ...(replaced ? [] : ['cold-start']),
      ...(errors > 0 && 2 * errors >= allErrors ? [] : errorFindings),
    ],
  };
}

/** s */
const lengthOf = (outages: readonly Outage[]): number =>
  outages.reduce((sum, { from, to }) => sum + to - from, 0) / 1e6;

const onSome = (affected: readonly { readonly route: number }[], names: Facts['names']): string =>
  ` on ${listText(affected.slice(0, 3).map(({ route }) => names.routes.text(route)))}`;

const moreText = (stretches: number): string =>
  stretches > 1
    ? ` ${countText(stretches - 1, 'more stretch', 'more stretches')} of the log ${stretches === 2 ? 'is' : 'are'} like it.`
    : '';

function lookAlikeText(replaced: boolean, restarted: boolean): string {
  if (replaced)
    return 'New workers whose caches, connections and compiled code are cold do this; a backend that was slow at that very moment would look the same.';
  return restarted
    ? 'Workers were started at that moment: caches that are cold after a deploy do this, too.'
    : 'A machine that was short of CPU or stood still looks the same.';
}

/** If answers have at least this many times the usual bytes, callers asked for more data. */
const MORE_BYTES = 2;

/** Median size of the answers, bytes; NaN if the log has no sizes. */
const bytesOf = ({ requests }: Facts, rows: Rows, members: readonly number[]): number =>
  medianOf(members.map((i) => requests.bytes[rows.row[i]]).filter((bytes) => bytes > 0));

/** Whether the slow stretch is explained by one route whose answers were much larger. */
const askedForMore = ({ who, replaced, bytes, usualBytes }: Story): boolean =>
  who !== null && !replaced && bytes >= MORE_BYTES * usualBytes;

function moreAskedText(story: Story): string {
  if (story.who === null || story.replaced) return '';
  return askedForMore(story)
    ? ` Its answers then were ${roundText(story.bytes / story.usualBytes)} times as long as else (median, bytes): most likely callers asked for more (a longer list, a larger export), and what it calls was as quick as ever.`
    : ' Callers who ask for more (a longer list, a larger export) make one route slow as well: compare its query strings of then with those of else.';
}

/** Advice on slots. `rate`: requests/s; `busy`: mean number of slots that this rate occupies when requests are slow. */
function slotsToBearIt(rate: number, busy: number, slots: number): string {
  const needed = Math.ceil(busy + 2 * Math.sqrt(busy));
  const kept = `${roundText(rate)} requests/s that take so long keep about ${roundText(busy)} of them busy`;
  return needed > SENSIBLE * slots
    ? ` More slots are no answer: ${kept} at once (Little: L = λ S), where there are ${slots}.`
    : ` About ${countText(needed, 'slot')} would have borne it: ${kept} (Little: L = λ S).`;
}

/** Whether no worker lived through the moment `at` (µs since 1970 UTC): all were replaced. */
function allReplacedAt({ inference: { lives } }: Facts, at: number): boolean {
  const [before, after] = [
    lives.filter(({ from }) => from < at - REPLACED),
    lives.filter(({ to }) => to > at + REPLACED),
  ];
  return before.length > 0 && after.length > 0 && !someLivedThrough(lives, at, REPLACED);
}

// While the pool is full of slow requests, times grow with the number of them as if they shared work.
const poolFindings = [...findingsOfQueue, 'threads-cpu-bound', 'threads-would-not-help'];
const errorFindings = ['error-burst', 'server-errors'];

export default defineFinding({
  id: 'outage-behind',
  title: 'What the requests call was slow for a while, and the pool filled because of it',
  needs: ['time', 'duration'],
  examine,
  silences: [...poolFindings, ...errorFindings, 'cold-start'],
  explain: {
    test: [
      'A request is slow when it takes 2.5 times the median of its route. The stretch of requests, by their starts, whose share of slow ones is',
      'most likely 60 % and not that of the log (largest sum of log likelihood ratios, Kadane 1984; e^12 after correction for all stretches),',
      'in which routes whose median is 2.5 times their usual one have a third of the requests, and together a median of three times the usual one, two routes or more where the log has several; or the same of one route alone, whose slow requests take half of the time of the slots then. At least max(8, 1.5 per slot)',
      'slow requests over two seconds. Of a log of which parts are kept, medians and the usual share of slow requests are those of all requests, and it lasts for as long as the timeline of all requests shows',
      'that they take long. One route whose slow answers have twice the bytes of the others (medians) was asked for more. Slots that would bear it, by Little: L = λ S, ceil(L + 2 √L).',
    ].join('\n'),
    guards: [
      'Requests that slow each other down are no outage: ten others or more that ran beside nine tenths as many requests, of the server and',
      '(for threads) of their process, were quicker by √ratio (Mann-Whitney p < 1e-9), or the ratio is more than three times the slots. A slow route is judged by its own',
      'median; one request in each slot is a stall of the machine; nothing is said of a log that begins slow. A stretch of 50 or more that lasts to the end of the log is latency-step.',
      'The findings of the pool fall silent only where all slots were busy for a twentieth of its length and at least half of all waiting falls into full stretches that begin with it (up to 3 s, or a fifth of its length, before it shows) and a quarter of',
      'whose slot time is what these requests took beyond the usual; those of errors where half of them fall into it; cold-start where no worker',
      'lived through its beginning, which is then told as that of new workers.',
    ].join('\n'),
    fix: {
      gunicorn:
        'time-outs in the clients that the views call; --timeout ends a sync worker that hangs for longer (it kills the request)',
      uvicorn: 'asyncio.timeout around each call, and a semaphore of its own for each backend',
      waitress: 'time-outs in the clients that the views call; waitress has none of its own',
      hypercorn: 'asyncio.timeout around each call, and a semaphore of its own for each backend',
      uWSGI: 'time-outs in the clients that the views call; --harakiri N ends what hangs for longer',
    },
  },
  fires: [
    'faults/backend-away.log.gz',
    'faults/backend-slow.log.gz',
    'faults/one-route-slow.log.gz',
    'faults/asked-for-more.log.gz',
  ],
  quiet: [
    'faults/latency-step.log.gz',
    'faults/latency-step-not.log.gz',
    'faults/gil-open.log.gz',
    'faults/peak.log.gz',
    'faults/cold-start.log.gz',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-sync-2-overloaded.log',
  ],
});
