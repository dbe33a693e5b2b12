/** Finding: callers queue for sync workers, and threads in the same processes would end that. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { secondsOf } from '../core/rows.ts';
import { countText } from '../core/words.ts';
import { threadsThatWouldDo } from './io-remedies.ts';
import { poolText, predictedWaitText, waitP95Text } from './pool-words.ts';
import { materialWait } from './saturation.ts';

function examine(facts: Facts): Finding | null {
  const { summary, inference, predictor } = facts;
  const { wait } = inference;
  if (summary.requests.total < 30 || !materialWait(facts)) return null;
  const chosen = threadsThatWouldDo(facts);
  if (!chosen) return null;
  const { workers, threads } = chosen.pool;
  const isNone = predictor.contention() === 'none';
  return {
    severity: 'info',
    title: `Threads would help, if the views wait for I/O: ${threads} per worker`,
    detail: `The p95 wait in front of ${poolText(summary.server)} is ${waitP95Text(facts)}. With ${countText(threads, 'thread')} in ${workers === 1 ? 'the same process' : 'each of the same processes'}, simulated from this log: ${predictedWaitText(chosen)}.${isNone ? ' Service time does not grow as more requests run at once.' : ''}`,
    evidence: {
      workers,
      threads_per_worker: threads,
      wait_p95_seconds: secondsOf(wait.p95),
      threaded_wait_p95_seconds: secondsOf(chosen.waitP95),
    },
    advice: `${countText(workers, 'worker')} with ${countText(threads, 'thread')}${workers === 1 ? ' costs' : ' each cost'} little memory. They help views that wait (database, HTTP); views that compute share one GIL per process, and need processes instead. The application must be thread-safe.`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'threads-would-help',
  title: 'Sync workers queue, and threads in the same processes would end it',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'A sync pool whose p95 wait is at least 100 ms and its mean wait 15 % of the mean service time; simulated with k = 2, 4, 8, 16',
      'or 32 threads per process, each process with its own queue, the p95 wait stays under 50 ms in nine of ten repetitions.',
    ].join('\n'),
    guards: [
      'At least 30 requests with durations. Silent where service time grows with concurrency (then threads-would-not-help or',
      'threads-cpu-bound may speak). One request at a time per process hides the GIL: the advice says "if".',
    ].join('\n'),
    fix: {
      gunicorn: '--worker-class gthread --threads K (K > 1 alone selects gthread)',
      uvicorn:
        'def views already run in a pool of 40 threads; raise it with anyio.to_thread.current_default_thread_limiter()',
      waitress: '--threads=K',
      hypercorn: 'WSGI views already run in the thread pool of the event loop',
      uWSGI: '--enable-threads --threads K',
    },
  },
  fires: ['gunicorn-sync-2-overloaded.log', 'gunicorn-sync-4-nearly-full.log'],
  quiet: [
    'gunicorn-sync-4-enough.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-sync-8-overprovisioned.log',
    'faults/clock-skew.log.gz',
  ],
});
