/** Finding: every slot of the pool was busy and callers queued: for how long, how many, and what a burst costs. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { type Episode, episodesOf } from '../core/full-stretches.ts';
import { momentsOf } from '../core/moments.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { orNull, secondsOf } from '../core/rows.ts';
import type { Summary } from '../core/summary.ts';
import { callersAreHidden, isHidden, longestIsOpen, mayBeNone, neverLeftSaturation } from '../core/wait-range.ts';
import { countText, durationText, isFullProven, percentText, roundText } from '../core/words.ts';
import { type Burst, burstLaw, burstSentence } from './burst-law.ts';
import { CORES, needsCores, SHARED_CORE, threadsMayShareCore } from './cores.ts';
import { hiddenCallersText } from './hidden-callers.ts';
import { IF_VIEWS_WAIT, ioRemedyText } from './io-remedies.ts';
import { waitIsClockError } from './measured-waits.ts';
import { allOf, allSlotsText, DEFAULT_TARGET_WAIT, enoughText, knownSlots, slotsOf } from './pool-words.ts';
import { lengthOf, type Peak, peaksOf, peakText } from './peaks.ts';
import { ioRemedies, waitIsLong, waitingSpan } from './saturation.ts';
import { LIMITING_SHARE, sharedWorkOf, slotsWouldNotHelp } from './shared-work.ts';
import { slowerText, slowerWhenFull } from './slower-when-full.ts';

/** A pool counts as saturated if it is full for this share of the log, and this share of the requests waits. */
const FULL_SHARE = 0.2;
const WAITING_SHARE = 0.3;
/** A pool that is full for this share of the log is reported even if the wait is not known. */
const MOSTLY_FULL = 0.5;
/** Waits shorter than this share of the service time are the ordinary noise of a busy pool. */
const MATERIAL_WAIT = 0.1;
/** The range of the mean wait is printed if its upper end is more than this many times the lower one. */
const VAGUE = 10;
/** If at least this share of the service time is work that requests share (contention), more of them at once is no remedy. */
const SHARED_WORK = 0.3;
/** At most this many peaks are described one by one. */
const MOST_PEAKS = 3;

/** Whether a peak is deep enough to be reported although the rest of the log is quiet. `service`: mean service time, µs. */
const isDeep = (episode: Episode, slots: number, service: number): boolean =>
  episode.waiters >= Math.max(10, 3 * slots) &&
  episode.totalWaitMicros / episode.waiters >= Math.max(50_000, service || 0);

function adviceOf(facts: Facts, { slots, peaks, slower }: Saturation, smallest: PoolPrediction | null): string {
  const { service } = facts.inference;
  const mayShareCore = threadsMayShareCore(facts, smallest);
  const parts: string[] = [];
  if (callersAreHidden(facts.summary)) parts.push(hiddenCallersText(facts, slots));
  else if (smallest && mayShareCore) parts.push(ifWaiting(enoughText(smallest, facts.summary)));
  else if (smallest) parts.push(enoughText(smallest, facts.summary));
  else if (peaks.length > 0 && Number.isFinite(facts.inference.wait.p95)) parts.push(spreadText(peaks));
  if (slowEachOther(facts)) {
    parts.push(
      smallest
        ? 'Requests slow each other down as more of them run: threads or async views would only move the wait into the request.'
        : 'Requests slow each other down as more of them run: more slots, threads or async views would only move the wait into the request. Look at what they share (a database, a lock, the cores of the host).',
    );
  } else parts.push(...[ioRemedyText(facts, parts.length > 0, mayShareCore)].filter((text) => text !== ''));
  if (mayShareCore) parts.push(SHARED_CORE);
  else if (needsCores(facts, smallest)) parts.push(CORES);
  if (facts.summary.server.model === 'async') {
    parts.push(
      (facts.summary.server.threads.value ?? 1) > 1
        ? 'These workers are async and run no more than so many requests at once: more of them cost little memory (uWSGI: a larger --gevent N or --async N).'
        : 'These workers are async, yet each runs one request at a time: take what blocks the event loop out of it (await it, or asyncio.to_thread), or write the views as plain def where the framework runs those in threads.',
    );
  }
  if (parts.length === 0) {
    parts.push(
      Number.isFinite(service.mean)
        ? `Add workers or threads: ${slots} slots end at ${roundText((slots * 1e6) / service.mean)} requests/s, and each more carries ${roundText(1e6 / service.mean)}.`
        : 'Add slots until they are no longer all busy; log the duration to have the number computed.',
    );
  }
  // This comes before any number, because it questions what the numbers assume: a service time that does not depend on the load.
  return slower === null ? parts.join(' ') : `${slowerText(slower)} Otherwise: ${parts.join(' ')}`;
}

/** Advice where no number of slots is recommended, because they would only be needed for moments. */
const spreadText = (peaks: readonly Peak[]): string =>
  `The queue was a matter of ${durationText(lengthOf(peaks))}: spread the callers who came then, or hand their work to a task queue and answer at once; slots for such a moment would stand idle the rest of the time.`;

/** Whether much of each request is work that the requests share; then more of them at once on a worker gain little. */
function slowEachOther({ predictor }: Facts): boolean {
  const found = predictor.contention();
  return typeof found !== 'string' && found.share >= SHARED_WORK;
}

const ifWaiting = (text: string): string => `${IF_VIEWS_WAIT}, ${text.replace(/^About/, 'about')}`;

/** What the finding is about: the whole log, or the peaks of a log that is quiet otherwise. */
interface Saturation {
  readonly slots: number;
  /** Empty if the finding is about the whole log. */
  readonly peaks: readonly Peak[];
  /** Peaks that the detail describes one by one, up to MOST_PEAKS. */
  readonly told: readonly Peak[];
  readonly episodes: readonly Episode[];
  /** Time with all slots busy, over the whole log: µs, and as a share 0..1. */
  readonly fullMicros: number;
  readonly fullRatio: number;
  readonly burst: Burst | null;
  /** Service time while the pool was full / service time at other times; null: about the same. */
  readonly slower: number | null;
}

function saturationOf(facts: Facts): Saturation | null {
  const { summary, inference } = facts;
  const { wait, service } = inference;
  const slots = knownSlots(summary.server);
  // These come from the summary, which covers the whole log: of a very large log, the inference only saw parts.
  const fullRatio = summary.concurrency.saturated_ratio ?? Number.NaN;
  const fullMicros = 1e6 * (summary.concurrency.saturated_seconds ?? Number.NaN);
  if (slots === null || !(fullMicros > 0) || waitIsClockError(facts)) return null;
  const burst = burstLaw(facts, slots);
  const isMaterial =
    !Number.isFinite(wait.mean) || !Number.isFinite(service.mean) || wait.mean >= MATERIAL_WAIT * service.mean;
  const manyWait = Number.isNaN(wait.waitingRatio)
    ? burst !== null || fullRatio >= MOSTLY_FULL
    : wait.waitingRatio >= WAITING_SHARE;
  const episodes = episodesOf(facts, slots);
  const slower = slowerWhenFull(facts, episodes);
  const deep = peaksOf(facts, episodes, (episode) => isDeep(episode, slots, service.mean));
  // Peaks make no sense for a pool that is full most of the time.
  const told = fullRatio < MOSTLY_FULL ? deep : [];
  if (fullRatio >= FULL_SHARE && isMaterial && manyWait)
    return { slots, peaks: [], told, episodes, fullMicros, fullRatio, burst, slower };
  if (deep.length === 0) return null;
  return { slots, peaks: deep, told, episodes: deep, fullMicros, fullRatio, burst, slower };
}

function detailOf(facts: Facts, { slots, told, fullMicros, fullRatio, burst }: Saturation): string {
  const { summary, inference } = facts;
  const { wait } = inference;
  const how = wait.method === 'measured' ? 'measured' : 'inferred';
  const queued = mayBeNone(summary.wait) ? 'may have queued' : 'queued';
  const sentences = [
    `${allSlotsText(summary.server, slots)}${isFullProven(summary) ? '' : ', it seems,'} busy for ${durationText(fullMicros)} (${percentText(fullRatio)} of the time).`,
    ...told.slice(0, MOST_PEAKS).map((peak) => peakText(peak, queued, how, momentsOf(summary.window))),
  ];
  if (callersAreHidden(summary)) {
    sentences.push(
      `Whether requests queued before a worker took them, a pool that never left saturation hides: a few callers who take turns, of whom nobody waits, and a load beyond what it can do look alike; ${durationText(wait.highMean)} on average fit the log as well.`,
    );
  } else if (neverLeftSaturation(summary)) {
    sentences.push(
      `${percentText(wait.waitingRatio)} of the requests queued before a worker took them, for ${durationText(wait.lowMean)} or longer on average (${how}). How much longer, a pool that never left saturation hides: a few callers who take turns and a load beyond what it can do look alike, and ${durationText(wait.highMean)} fit the log as well.`,
    );
  } else if (Number.isFinite(wait.p95)) {
    const longest = longestIsOpen(summary.wait)
      ? ''
      : `, the longest ${isHidden(summary.wait) ? 'about ' : ''}${durationText(wait.max)}`;
    const deep = Number.isFinite(wait.peakQueue)
      ? `, up to ${countText(Math.round(wait.peakQueue), 'request')} in the queue`
      : '';
    sentences.push(
      `${percentText(wait.waitingRatio)} of the requests ${queued} before a worker took them: mean ${durationText(wait.mean)}${rangeText(wait)}, p95 ${durationText(wait.p95)}${longest} (${how})${deep}.`,
    );
  }
  return [...sentences, ...burstSentence(facts, slots, burst)].join(' ');
}

/** "all 4 slots are busy" */
function busySlots({ server }: Pick<Summary, 'server'>, slots: number): string {
  if (server.regimes || server.servers) return 'all slots were busy';
  return slots === 1 ? 'the only slot is busy' : `${allOf(slots)} slots are busy`;
}

function titleOf({ summary, inference }: Facts, { slots, peaks, burst }: Saturation): string {
  const queues = burst !== null || Number.isFinite(inference.wait.waitingRatio);
  const long = durationText(lengthOf(peaks));
  const many = peaks.length === 1 ? ` in a peak of ${long}` : ` in ${peaks.length} peaks, ${long} in all`;
  const when = peaks.length === 0 ? '' : many;
  const queue = mayBeNone(summary.wait) ? 'may queue' : 'queue';
  return `Pool saturated${when}: ${busySlots(summary, slots)}${queues ? ` and callers ${queue}` : ''}`;
}

/** Never critical if perhaps nobody waited: as few clients as slots, who ask again as soon as they are answered, look like a burst. */
const isCritical = (facts: Facts, burst: Burst | null): boolean =>
  !mayBeNone(facts.summary.wait) && (waitIsLong(facts, burst !== null) || (burst !== null && burst.generations >= 3));

function severityOf(facts: Facts, saturation: Saturation, smallest: PoolPrediction | null): Finding['severity'] {
  if (isCritical(facts, saturation.burst)) return 'critical';
  return isGoodEnough(facts, saturation, smallest) ? 'info' : 'warning';
}

/** The pool keeps the target wait as it is, both in the log and in the simulation: it is busy, but nothing needs fixing. */
function isGoodEnough({ summary, inference }: Facts, saturation: Saturation, smallest: PoolPrediction | null): boolean {
  const { slots, peaks, burst } = saturation;
  if (smallest === null || peaks.length > 0 || burst !== null || callersAreHidden(summary)) return false;
  return slotsOf(smallest) <= slots && inference.wait.p95 <= DEFAULT_TARGET_WAIT;
}

function examine(facts: Facts): Finding | null {
  const saturation = saturationOf(facts);
  if (saturation === null) return null;
  const { slots, peaks, episodes, fullMicros, fullRatio, burst } = saturation;
  const { wait, service } = facts.inference;
  const { from, to } = episodes.length > 0 ? { from: episodes[0].from, to: episodes.at(-1)!.to } : waitingSpan(facts);
  const peakWaitMean =
    peaks.reduce((sum, { totalWaitMicros }) => sum + totalWaitMicros, 0) /
    peaks.reduce((sum, { waiters }) => sum + waiters, 0);
  // More slots do not add to a resource that requests share: the wait would move into the request, where the target wait does not count it.
  const isShared = sharedWorkOf(facts, 'server', LIMITING_SHARE) !== null && slotsWouldNotHelp(facts) !== null;
  const smallest = isShared ? null : facts.predictor.smallestPool(DEFAULT_TARGET_WAIT);
  // A pool no larger than the present one is no recommendation.
  const enough = smallest && slotsOf(smallest) > slots && !callersAreHidden(facts.summary) ? smallest : null;
  return {
    severity: severityOf(facts, saturation, smallest),
    title: titleOf(facts, saturation),
    brief: `Pool saturated: ${busySlots(facts.summary, slots)}`,
    detail: detailOf(facts, saturation),
    evidence: {
      slots,
      saturated_seconds: fullMicros / 1e6,
      saturated_ratio: fullRatio,
      peak_seconds: peaks.length > 0 ? lengthOf(peaks) / 1e6 : null,
      episodes: episodes.length,
      wait_method: wait.method,
      peak_wait_mean_seconds: secondsOf(peakWaitMean),
      waiting_ratio: orNull(wait.waitingRatio),
      wait_mean_seconds: secondsOf(wait.mean),
      wait_p95_seconds: secondsOf(wait.p95),
      wait_max_seconds: secondsOf(wait.max),
      peak_queue: orNull(wait.peakQueue),
      service_mean_seconds: secondsOf(service.mean),
      ceiling_per_second: orNull((slots * 1e6) / service.mean),
      burst_size: burst?.size ?? null,
      burst_generations: burst?.generations ?? null,
      burst_seconds: burst ? burst.lastMicros / 1e6 : null,
      slower_when_full: saturation.slower,
      requests_slow_each_other: slowEachOther(facts),
      ...(isShared ? { remedy: 'more slots would only move the wait into the request' } : {}),
      if_views_wait: threadsMayShareCore(facts, smallest),
      recommended_workers: enough?.pool.workers ?? null,
      recommended_threads: enough?.pool.threads ?? null,
      recommended_p95_wait_seconds: enough ? enough.waitP95 / 1e6 : null,
    },
    advice: adviceOf(facts, saturation, smallest),
    from,
    to,
    lostSeconds: lostSeconds(facts),
  };
}

/** " (between 28 ms and 24 s)" if the range of the mean wait is wide, else "". */
const rangeText = ({ lowMean, highMean }: Facts['inference']['wait']): string =>
  highMean > VAGUE * lowMean ? ` (between ${durationText(lowMean)} and ${durationText(highMean)})` : '';

/** Mean wait × requests; 0 where the wait is unknown. */
const lostSeconds = ({ inference, summary }: Facts): number =>
  Number.isFinite(inference.wait.mean) ? (inference.wait.mean / 1e6) * summary.requests.total : 0;

export default defineFinding({
  id: 'pool-saturated',
  title: 'Every slot of the pool was busy and callers queued',
  needs: ['time'],
  examine,
  silences: ['pool-too-small', 'callers-queue', 'overprovisioned', ...ioRemedies],
  explain: {
    test: [
      'A slot is a worker, or a thread of a worker; K slots run at most K requests at once.',
      'Fires when all K slots are busy for at least 20 % of the time, at least 30 % of the requests start from the queue',
      '(start within a moment of an end that left a full pool), and the mean wait is at least a tenth of the service time;',
      'or when in a peak, three seconds or three service times with nine tenths of the slots busy, max(10, 3 K) requests wait for a',
      'service time or more on average, be the log as long as it may (of a log of which parts are kept, it lasts as long as the timeline of all requests has it);',
      'or when they are all busy for at least half of the time and the wait is not known: then it says so.',
      'The ceil law: of n requests that arrive together on K slots with service time S, request n is answered after',
      'ceil(n / K) × S, and waited (ceil(n / K) - 1) × S of that.',
      'Source: congestion periods, R. C. Larson, "The Queue Inference Engine", Management Science 36(5), 1990.',
    ].join('\n'),
    guards: [
      'Silent while the number of slots is not known (confidence under 0.5) or the server has no bound on them.',
      'Short waits that a busy pool always has (under a tenth of the service time) do not count.',
      'Where the p95 wait stays under 200 ms and no larger pool is needed for that, it is an info and no warning.',
      'Clients that fill the pool but never queue (all slots busy, nobody waiting) do not count, nor do waits that are an error of clocks.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--workers N with the number above; I/O-bound views: --worker-class gthread --threads K, or an ASGI app with -k uvicorn_worker.UvicornWorker (pip install uvicorn-worker)',
      uvicorn:
        'async views: take what blocks the loop out of them (event-loop-blocked) before --workers N; def views of FastAPI and Starlette: more than the 40 threads of anyio.to_thread.current_default_thread_limiter()',
      waitress: 'waitress-serve --threads=N (default 4); several processes behind a balancer once the GIL is the limit',
      hypercorn: '--workers N; WSGI apps run in a thread pool, so prefer async views',
      uWSGI: '--processes N, or --enable-threads --threads K for I/O-bound views; --listen only lengthens the queue',
    },
  },
  fires: [
    'article-form-sync-4-burst-of-16.log',
    'gunicorn-sync-4-burst-of-100.log',
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-1-three-at-once.log',
    'faults/peak.log.gz',
  ],
  quiet: [
    'gunicorn-sync-8-overprovisioned.log',
    'hypercorn-4-default.log',
    'gunicorn-sync-4-half-loaded.log',
    'faults/clock-skew.log.gz',
  ],
});
