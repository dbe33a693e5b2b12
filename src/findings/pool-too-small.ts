/** Finding: the pool is not saturated, but callers wait longer than the target; says how many workers would be enough. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { poolNameBeside } from '../core/pool-names.ts';
import { orNull, secondsOf } from '../core/rows.ts';
import { durationText, percentText } from '../core/words.ts';
import { ioRemedyText } from './io-remedies.ts';
import { DEFAULT_TARGET_WAIT, knownSlots, largerPool, poolText, predictedWaitText } from './pool-words.ts';
import { ioRemedies, materialWait } from './saturation.ts';

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const slots = knownSlots(summary.server);
  const { wait } = inference;
  if (slots === null || summary.requests.total < 100) return null;
  // The lower end of the range must come close to the target as well, not only the estimate.
  if (!(wait.p95 > DEFAULT_TARGET_WAIT && wait.lowP95 > DEFAULT_TARGET_WAIT / 2)) return null;
  if (!materialWait(facts)) return null;
  const enough = largerPool(facts);
  if (!enough) return null;
  return {
    severity: 'warning',
    title: `Pool too small for a p95 wait of ${durationText(DEFAULT_TARGET_WAIT)}: ${poolNameBeside(enough.pool)} would do`,
    brief: `Pool too small: ${poolNameBeside(enough.pool)} would do`,
    detail: `${poolText(summary.server)} kept up, but 5 % of the callers waited ${durationText(wait.p95)} or longer before a worker took them (${wait.method}); ${percentText(wait.waitingRatio)} waited at all.`,
    evidence: {
      slots,
      wait_method: wait.method,
      wait_p95_seconds: secondsOf(wait.p95),
      waiting_ratio: orNull(wait.waitingRatio),
      target_p95_wait_seconds: DEFAULT_TARGET_WAIT / 1e6,
      recommended_workers: enough.pool.workers,
      recommended_threads: enough.pool.threads,
      recommended_p95_wait_seconds: enough.waitP95 / 1e6,
    },
    advice: [
      `${poolNameBeside(enough.pool)} instead of ${poolText(summary.server)}: ${predictedWaitText(enough)}, simulated from this log.`,
      ioRemedyText(facts, true),
    ]
      .filter((text) => text !== '')
      .join(' '),
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: (wait.mean / 1e6) * summary.requests.total,
  };
}

export default defineFinding({
  id: 'pool-too-small',
  title: 'Callers wait longer than the target, and more workers would mend it',
  needs: ['time'],
  examine,
  silences: ['callers-queue', ...ioRemedies],
  explain: {
    test: [
      'p95 wait > 200 ms, and > 100 ms even in the most favourable reading of the log; mean wait 15 % of the mean service time or',
      'more; the least number of workers whose',
      'p95 wait stays under 200 ms in nine of ten simulated repetitions, or one more than in half of them, is larger than the present one.',
      'First guess by hand (Halfin & Whitt 1981): K = a + β √a slots for an offered load of a = λ E[S], β near 1.',
    ].join('\n'),
    guards: [
      'At least 100 requests; silent where arrivals are hidden by endless saturation or the wait is unknown.',
      'A symptom of pool-saturated, which carries the same number: silent when that one speaks.',
    ].join('\n'),
    fix: {
      gunicorn: '--workers N with the number above',
      uvicorn:
        'does not queue for slots (--limit-concurrency N answers 503 beyond N); def views of FastAPI and Starlette share 40 threads: anyio.to_thread.current_default_thread_limiter().total_tokens',
      waitress: '--threads=N with the number above',
      hypercorn: 'does not queue for slots; WSGI applications use a thread pool',
      uWSGI: '--processes N with the number above',
    },
  },
  fires: ['faults/pool-too-small.log.gz'],
  quiet: [
    'gunicorn-sync-4-half-loaded.log',
    'gunicorn-sync-4-enough.log',
    'gunicorn-sync-8-overprovisioned.log',
    'hypercorn-4-default.log',
  ],
});
