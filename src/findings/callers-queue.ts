/** Finding: callers queue, although the pool is not known to have been full for long, or not at all how full it was. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { waitIsClockError } from './measured-waits.ts';
import { DEFAULT_TARGET_WAIT, knownSlots, poolText, predictedWaitText, shapeText } from './pool-words.ts';
import { orNull, secondsOf } from './rows.ts';

/** Share of the requests that wait, and their mean, from which it is said. */
const WAITING_SHARE = 0.3;
/** µs */
const LEAST_MEAN = 50_000;
const LONG = 500_000;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const { wait } = inference;
  if (waitIsClockError(facts)) return null;
  if (!(wait.waitingRatio >= WAITING_SHARE && wait.mean >= LEAST_MEAN && wait.p95 > DEFAULT_TARGET_WAIT)) return null;
  // Even the favourable reading of the log must tell of a queue.
  if (!(wait.lowP95 > DEFAULT_TARGET_WAIT / 2)) return null;
  const enough = knownSlots(summary.server) === null ? null : facts.predictor.smallestPool(DEFAULT_TARGET_WAIT);
  const queue = Number.isFinite(wait.peakQueue) ? `, up to ${countText(wait.peakQueue, 'request')} in the queue` : '';
  return {
    severity: wait.lowP95 >= LONG ? 'critical' : 'warning',
    title: `Callers queue before a worker takes them: p95 ${durationText(wait.p95)} (${wait.method})`,
    detail: `${percentText(wait.waitingRatio)} of the requests to ${poolText(summary.server)} found every slot busy: mean wait ${durationText(wait.mean)} (between ${durationText(wait.lowMean)} and ${durationText(wait.highMean)}), p95 ${durationText(wait.p95)}${queue}. Known from this: ${wait.basis}.`,
    evidence: {
      wait_method: wait.method,
      waiting_ratio: wait.waitingRatio,
      wait_mean_seconds: secondsOf(wait.mean),
      wait_p95_seconds: secondsOf(wait.p95),
      wait_max_seconds: secondsOf(wait.max),
      peak_queue: orNull(wait.peakQueue),
    },
    advice: enough
      ? `${shapeText(enough)} would keep the p95 wait under ${durationText(DEFAULT_TARGET_WAIT)} (simulated from this log: ${predictedWaitText(enough)}).`
      : 'Add threads or workers until hardly anybody has to wait. Where a log has the pid and the duration of each request, the number that would do is computed.',
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: (wait.mean / 1e6) * summary.requests.total,
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
      "From depths: whoever is the N-th to wait waits N / X where the full pool answers X per second (Little's law).",
    ].join('\n'),
    guards: [
      'A symptom of pool-saturated and pool-too-small, which say more: silent when one of them speaks.',
      'Waits that are an error of clocks do not count.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--workers N, or --worker-class gthread --threads K; log pid=%(p)s us=%(D)s to have the number computed',
      uvicorn: 'does not queue for slots unless --limit-concurrency is set; look for a blocked event loop',
      waitress: 'waitress-serve --threads=N (default 4)',
      hypercorn: 'does not queue for slots; WSGI applications use a thread pool',
      uWSGI: '--processes N, or --enable-threads --threads K; --listen only lengthens the queue',
    },
  },
  fires: ['faults/waitress-queue-depth.log.gz'],
  quiet: ['gunicorn-sync-4-half-loaded.log', 'hypercorn-4-default.log', 'waitress-16-threads-ramp.log'],
});
