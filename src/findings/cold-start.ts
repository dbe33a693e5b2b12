/** Finding: the first requests of a new worker are much slower than its later ones. */
import { max, min } from 'simple-statistics';
import { findColdStarts } from '../core/cold-starts.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { orNull } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';
import { findingsOfFullPool, waitingIn } from './saturation.ts';

/** The finding is critical from this mean wait of those who waited, seconds. */
const LONG_WAIT = 0.5;

function examine(facts: Facts): Finding | null {
  const found = findColdStarts(facts);
  if (!found) return null;
  const { lives, ratio, heads, early } = found;
  const excess = heads.map(({ excess: more }) => more);
  const total = excess.reduce((sum, micros) => sum + Math.max(0, micros), 0);
  // Does the waiting fall into the first requests? Then more workers are no remedy: each brings a slow first request of its own.
  const slots = knownSlots(facts.summary.server);
  const waiting = waitingIn(
    facts,
    slots ?? Number.POSITIVE_INFINITY,
    [...heads, ...early].map(({ at, micros, excess: more }) => ({
      from: at,
      to: at + micros,
      excessMicros: Math.max(0, more),
    })),
  );
  const filled = waiting.isMost;
  const share = percentText(waiting.seconds / waiting.ofAll);
  return {
    severity: filled && waiting.seconds >= LONG_WAIT * waiting.waiters ? 'critical' : 'warning',
    title: `Cold start: the first request of a new worker takes ${roundText(ratio)} times as long${filled ? ', and that fills the pool' : ''}`,
    brief: `Cold start: the first request takes ${roundText(ratio)} times as long`,
    detail: `${countText(lives, 'worker')} were born within this log. Their first request took ${durationText(medianOf(excess))} longer (median) than later requests of the same route; ${durationText(total)} in all, at the cost of whoever came first.${filled ? ` The pool was full because of it: ${share} of all waiting falls into the time until its queue was gone.` : ''}`,
    evidence: {
      new_workers: lives,
      ratio_median: ratio,
      excess_median_seconds: medianOf(excess) / 1e6,
      excess_seconds: total / 1e6,
      wait_share: orNull(waiting.seconds / waiting.ofAll),
      saturated_seconds: filled ? facts.summary.concurrency.saturated_seconds : null,
    },
    advice:
      'Do the work before the first request comes: import and connect when the worker starts (preload, a warm-up request to itself in a post-fork hook), and keep workers alive longer.' +
      (filled ? ' More workers would be more of them that start cold.' : ''),
    from: min(heads.map(({ at }) => at)),
    to: max(heads.map(({ at }) => at)),
    lostSeconds: total / 1e6 + (filled ? waiting.seconds : 0),
    spares: filled ? [] : findingsOfFullPool,
  };
}

export default defineFinding({
  id: 'cold-start',
  title: 'The first requests after boot or deploy are slow',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'First request of at least four workers born within the log, divided by the median of later requests of its route: median',
      'ratio >= 3, excess >= 20 ms, Mann-Whitney p < 0.001 against later requests.',
    ].join('\n'),
    guards: [
      'Compared within a route alone. A worker counts as born when the server says so, or when it first appears long after the log began.',
      'The findings of the pool fall silent only where at least half of all waiting falls into full stretches that begin with such requests and',
      'a quarter of whose slot time is what these took beyond the usual.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--preload for imports; a post_worker_init hook that connects and warms up (connections are made after the fork)',
      uvicorn: 'do it in the lifespan startup, not on the first request',
      waitress: 'do it before serve()',
      hypercorn: 'do it in the lifespan startup',
      uWSGI: 'load before the fork (no --lazy-apps) for imports; @postfork for connections',
    },
  },
  fires: ['faults/cold-start.log.gz'],
  quiet: [
    'gunicorn-sync-2-recycling.log',
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-timeout-kills.log',
    'faults/cold-start-not.log.gz',
  ],
});
