/** Finding: requests of one process slow each other down, because its threads or its event loop are bound by one core. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import type { ContentionFound } from '../core/prediction.ts';
import { hasNoSlots } from '../core/summary.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { sharedWorkOf } from './shared-work.ts';

const MINIMUM_SHARE = 0.5;
/** Target utilisation of a core by a process; the rest is room for bursts. */
const TARGET_BUSY = 0.7;
/** Critical if requests delay each other by at least this long (µs) and by as long as they take alone, on average. */
const LONG = 500_000;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const { model } = summary.server;
  if (model !== 'threaded' && !hasNoSlots(model)) return null;
  // If requests wait in turn, the queue makes their times grow, whether or not they compute.
  if (inference.service.growth?.inTurn) return null;
  const shared = sharedWorkOf(facts, 'worker', MINIMUM_SHARE);
  if (!shared) return null;
  const { found, workSeconds, ceiling, slowdown } = shared;
  const rate = summary.requests.total / (summary.window.seconds ?? Number.NaN);
  const workers = summary.server.workers.value ?? 1;
  const processes = Math.max(workers, Math.ceil((rate * workSeconds) / TARGET_BUSY));
  const threads = Math.max(1, Math.round(1 + (1 - found.share) / found.share));
  const isLoop = hasNoSlots(model);
  const told: Told = { found, processes, threads, workers, rate, busy: (rate * workSeconds) / workers };
  // The same limits as waitIsLong has for a queue, but for the mean.
  const isLong = inference.service.mean - found.aloneMean >= Math.max(LONG, found.aloneMean);
  return {
    severity: isLong ? 'critical' : 'warning',
    title: isLoop ? titleOfLoop(found) : titleOfThreads(found),
    brief: `Requests ${isLoop ? 'of one event loop hold each other up' : found.onlyProcess ? 'slow each other down' : 'of one process share one core'}`,
    detail: `In ${poolText(summary.server)} a request alone takes ${durationText(found.aloneMean)}, with its neighbours ${durationText(inference.service.mean)} on average (${roundText(slowdown)} times as long). ${growthText(found, isLoop)} ${found.onlyProcess ? 'What they share' : 'One process'} ends ${found.atLeast ? 'below' : 'near'} ${roundText(ceiling)} requests/s${isLoop ? '' : ', however many threads there are'}.`,
    evidence: {
      ...shared.evidence,
      ceiling_per_process_per_second: ceiling,
      told_from_backend: !found.onlyProcess,
      requests_per_second: Number.isFinite(rate) ? rate : null,
      recommended_workers: processes,
      recommended_threads: isLoop ? null : threads,
    },
    advice: isLoop ? adviceOfLoop(told) : adviceOfThreads(told),
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: shared.lostSeconds,
  };
}

interface Told {
  readonly found: ContentionFound;
  readonly processes: number;
  readonly threads: number;
  /** Present number of workers; `processes` and `threads` are recommended. */
  readonly workers: number;
  /** Requests per second. */
  readonly rate: number;
  /** Share of a core that each present worker needs. */
  readonly busy: number;
}

const shareText = ({ atLeast, share }: ContentionFound): string => `${atLeast ? 'at least ' : ''}${percentText(share)}`;

const titleOfThreads = (found: ContentionFound): string =>
  found.onlyProcess
    ? `Requests slow each other down: ${shareText(found)} of their time is work that they share`
    : `Requests of one process share one core: ${shareText(found)} of their time is computing`;

const titleOfLoop = (found: ContentionFound): string =>
  found.onlyProcess
    ? `Requests slow each other down: ${shareText(found)} of their time is work that they share`
    : `Requests of one event loop hold each other up: ${shareText(found)} of their time is work that it does for one at a time`;

function growthText({ onlyProcess }: ContentionFound, isLoop: boolean): string {
  const own = isLoop ? 'its event loop' : 'its GIL';
  return onlyProcess
    ? `Durations grow with the number of requests in service: ${own}, or something behind it (a database, a lock). There is no other process in this log to tell the two apart.`
    : `Durations grow with the number of requests in the same process and not with those in others: ${own}.`;
}

function adviceOfThreads({ found, processes, threads, rate }: Told): string {
  const processesAdvice = `${countText(processes, 'process', 'processes')} of ${countText(threads, 'thread')} would keep each core under ${percentText(TARGET_BUSY)} at ${roundText(rate)} requests/s, given as many cores`;
  return found.onlyProcess
    ? `Look with py-spy top under load which it is. If the views compute, use processes, not threads: ${processesAdvice}. If they wait for a shared backend, mend that: more of either would only slow each request down.`
    : `Use processes, not threads: ${processesAdvice}. More threads only make each request slower.`;
}

/** An event loop has no number of threads to set, and a blocking call holds it just as computing does. */
function adviceOfLoop({ found, processes, workers, rate, busy }: Told): string {
  const more =
    processes > workers
      ? ` If they compute, ${countText(processes, 'worker')} in place of ${workers} would keep each loop under ${percentText(TARGET_BUSY)} busy at ${roundText(rate)} requests/s, given as many cores.`
      : ` More workers would only spread it: each loop is ${found.atLeast ? 'at least ' : ''}${percentText(Math.min(1, busy))} busy at ${roundText(rate)} requests/s.`;
  const backend = found.onlyProcess
    ? ' If they wait for a shared backend instead, mend that: more workers would only slow each request down.'
    : '';
  return `Find what holds the loop: py-spy dump under load, or asyncio's debug mode, which logs each callback over 100 ms. Await calls that block, or run them in asyncio.to_thread; computing belongs into a process pool.${more}${backend}`;
}

export default defineFinding({
  id: 'threads-cpu-bound',
  title: 'Threads (or tasks) of one process are bound by the GIL or by CPU',
  needs: ['time', 'duration'],
  examine,
  silences: ['threads-would-not-help', 'asgi-would-not-queue', 'waits-in-application'],
  explain: {
    test: [
      'ln D of a request regressed on the level at its start, within 32 consecutive requests of its route: the coefficient of',
      'its own process has t > 4, that of the other processes has not. Then the share φ of shared work is fitted:',
      'D(j) = r_j + 1 - φ, r_j = φ (1 + Q_{j-1}), X_j = j / D(j), Q_j = X_j r_j (mean value analysis, Reiser & Lavenberg 1980).',
      'Fires when φ >= 0.5 and requests take 1.2 times as long as alone. Processes: ceil(λ s_cpu / 0.7); threads: 1 + s_io / s_cpu.',
    ].join('\n'),
    guards: [
      'At least 200 requests; comparison within a route and a short while, so that a slow hour or a slow route does not count;',
      'the level is taken at the start, so that a long request does not blame itself. Where stamps are too coarse to show levels, the',
      'number of answers in the same tick stands for them, and the share is a lower bound. Of one process alone it does not say whether the GIL or a backend is shared.',
    ].join('\n'),
    fix: {
      gunicorn: '--workers N with the number above, --threads small',
      uvicorn: '--workers N; move computing out of the event loop (a process pool)',
      waitress: 'one process only: run several behind a balancer, or gunicorn with workers',
      hypercorn: '--workers N; move computing out of the event loop (a process pool)',
      uWSGI: '--processes N, --threads small',
    },
  },
  fires: ['faults/gil-open.log.gz', 'faults/gil-processes.log.gz', 'faults/gil-whole-seconds.log.gz'],
  quiet: [
    'gunicorn-gthread-2x8-nearly-full.log',
    'gunicorn-gevent-2.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/gil-open-not.log.gz',
    'faults/gil-whole-seconds-not.log.gz',
    'faults/database.log.gz',
    'faults/wsgi-behind-loop.log.gz',
    'faults/five-connections.log.gz',
  ],
});
