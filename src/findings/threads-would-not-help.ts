/** Finding: requests slow each other down across the whole server, so more workers or threads would gain little. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { secondsOf } from '../core/rows.ts';
import { hasNoSlots } from '../core/summary.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { LIMITING_SHARE, sharedWorkOf, slotsWouldNotHelp } from './shared-work.ts';

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const shared = sharedWorkOf(facts, 'server', LIMITING_SHARE);
  if (!shared) return null;
  const { found, ceiling } = shared;
  const isAsync = hasNoSlots(summary.server.model);
  const told = isAsync ? null : slotsWouldNotHelp(facts);
  if (!isAsync && !told) return null;
  return {
    severity: 'warning',
    title: `More workers or threads would not help: ${found.atLeast ? 'at least ' : ''}${percentText(found.share)} of each request is shared work behind them`,
    brief: 'More workers or threads would not help',
    detail:
      `A request alone takes ${durationText(found.aloneMean)}, at the level of this log ${durationText(inference.service.mean)}. Durations grow with the number of requests in all of ${poolText(summary.server)}, not only with those of the same process: a database, a lock, or the cores of the host. What is shared ends ${found.atLeast ? 'below' : 'near'} ${roundText(ceiling)} requests/s.` +
      (told
        ? ` Simulated with twice the workers, the p95 latency goes from ${durationText(told.now.latencyP95)} to ${durationText(told.doubled.latencyP95)}.`
        : ''),
    evidence: {
      ...shared.evidence,
      ceiling_per_second: ceiling,
      doubled_latency_p95_seconds: told && secondsOf(told.doubled.latencyP95),
    },
    advice: `Look behind the application first: slow queries, a lock, a connection pool of too few connections, or too few cores for the ${countText(Math.max(2, Math.round(inference.concurrency.mean)), 'request')} that ran at once on average. Limit the requests in flight to about ${roundText(Math.max(1, 1 + (1 - found.share) / found.share))}, beyond which they only slow each other.`,
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: shared.lostSeconds,
  };
}

export default defineFinding({
  id: 'threads-would-not-help',
  title: 'More workers or threads would only slow each other down',
  needs: ['time', 'duration'],
  examine,
  silences: ['pool-too-small', 'asgi-would-not-queue', 'threads-would-help'],
  explain: {
    test: [
      'As threads-cpu-bound, but the coefficient of the requests in other processes is the one with t > 4: φ >= 0.3, requests',
      'take 1.2 times as long as alone, and a simulation with twice the workers lowers the p95 latency by less than a fifth.',
      'The knee of throughput lies near N* = 1 + (1 - φ) / φ requests in flight (asymptotic bounds, Denning & Buzen 1978).',
    ].join('\n'),
    guards:
      'At least 200 requests, compared within a route and a short while; the level is taken at the start of a request.',
    fix: {
      gunicorn: 'keep --workers near the number of cores; fix the backend',
      uvicorn: '--limit-concurrency N sheds what the backend cannot bear',
      waitress: 'keep --threads; fix the backend',
      hypercorn: 'keep --workers near the number of cores; fix the backend',
      uWSGI: 'keep --processes; fix the backend',
    },
  },
  fires: ['faults/database.log.gz'],
  quiet: [
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-gthread-2x8-nearly-full.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/gil-processes.log.gz',
  ],
});
