/** Finding: half of the slots, or more, were never needed in this log. */

import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { poolNameBeside } from '../core/pool-names.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { rowsOf } from '../core/rows.ts';
import { hasNoSlots } from '../core/summary.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText, predictedWaitText } from './pool-words.ts';

const MINIMUM_REQUESTS = 30;
const MINIMUM_SECONDS = 30;
/** Smaller pools are not judged: half of them would be a single slot, which one slow request blocks. */
const MINIMUM_SLOTS = 4;
/** p95 wait that the smaller pool must keep, µs. */
const TARGET_WAIT = 50_000;
/** If the uncertainty of stamps exceeds this share of the mean service time, the number of requests at once is only approximate. */
const BLURRED = 0.25;

function examine(facts: Facts): Finding | null {
  const { summary, inference, predictor } = facts;
  const slots = slotsAtLeast(summary.server);
  const { workers, threads, model } = summary.server;
  if (slots === null || slots < MINIMUM_SLOTS) return null;
  if (summary.requests.total < MINIMUM_REQUESTS || (summary.window.seconds ?? 0) < MINIMUM_SECONDS) return null;
  const { peak, mean } = inference.concurrency;
  if (!Number.isFinite(peak) || peak > slots / 2) return null;
  if (inference.wait.p95 >= TARGET_WAIT) return null;

  const enough = predictor.smallestPool(TARGET_WAIT);
  const smaller = slotsOfSure(enough, model) ?? peak + 1;
  const needed = Math.max(2, Math.min(smaller, slots));
  if (needed > slots / 2) return null;
  const spare = slots - needed;
  const saw = durationText((summary.window.seconds ?? 0) * 1e6);
  // If stamps are coarse compared with service times, more requests may have run at some moment.
  const blurred = rowsOf(facts).uncertainty > BLURRED * inference.service.mean;
  return {
    severity: 'info',
    title: `Overprovisioned: ${blurred ? 'hardly more than' : 'at most'} ${peak} of ${countText(slots, 'slot')} busy at once`,
    detail: `${slots === knownSlots(summary.server) ? poolText(summary.server) : `A pool of at least ${countText(slots, 'slot')}`} ran ${summary.requests.total} requests in ${saw}; ${blurred ? `hardly more than ${peak} at once (stamps as coarse as these may hide a moment with more)` : `never more than ${peak} at once`}, ${percentText(mean / slots)} of the slots busy on average.`,
    evidence: {
      slots,
      workers: workers.value,
      threads: threads.value,
      peak_concurrency: peak,
      mean_concurrency: mean,
      needed_slots: needed,
      simulated_p95_wait_seconds: enough ? enough.waitP95 / 1e6 : null,
    },
    advice: `${enough && needed === smaller ? `${poolNameBeside(enough.pool)} would have carried this log with a p95 wait under ${durationText(TARGET_WAIT)} (simulated: ${predictedWaitText(enough)})` : `${countText(needed, 'slot')} would have carried this log (its peak, and one more)`}; ${countText(spare, 'slot')} of memory could go. Look at a full week before you shrink: this log saw ${saw}.`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

/** Slots of the pool that is enough; null: there is none, or it does not keep the target wait at the upper end of the simulated range. */
const slotsOfSure = (enough: PoolPrediction | null, model: Facts['summary']['server']['model']): number | null =>
  enough && enough.waitP95Range[1] <= TARGET_WAIT
    ? enough.pool.workers * (model === 'threaded' ? enough.pool.threads : 1)
    : null;

/**
 * Number of slots that the server surely has. A pool that is hardly used may not show whether its workers run one request or more, or whether
 * it has workers that were never needed; but each worker that was seen is at least one slot. null: unknown, or the server has no slots.
 */
function slotsAtLeast(server: Facts['summary']['server']): number | null {
  if (hasNoSlots(server.model)) return null;
  const slots = knownSlots(server);
  return slots !== null && server.capacity.confidence >= 0.8 ? slots : server.workers.low;
}

export default defineFinding({
  id: 'overprovisioned',
  title: 'Half of the slots or more were never needed',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'max level over the log M <= K / 2 for a pool of K >= 4 slots, and a simulation of the log keeps the p95 wait of',
      'at most K / 2 slots under 50 ms in nine of ten repetitions (never less than 2 slots).',
    ].join('\n'),
    guards: [
      'At least 30 requests and 30 seconds, the number of slots known with confidence 0.8, and no queue in the present.',
      'A log is only as long as it is: rush hours outside of it are unknown, and the advice says so.',
    ].join('\n'),
    fix: {
      gunicorn: 'lower --workers (or --threads); keep at least 2',
      uvicorn: 'lower --workers',
      waitress: 'lower --threads (memory per thread is small: only worth it when the pool limits a database)',
      hypercorn: 'lower --workers',
      uWSGI: 'lower --processes, or --cheaper N to let uWSGI start and stop them with the load',
    },
  },
  fires: ['gunicorn-sync-8-overprovisioned.log'],
  quiet: [
    'gunicorn-sync-4-half-loaded.log',
    'gunicorn-sync-4-enough.log',
    'gunicorn-gthread-2x8-nearly-full.log',
    'hypercorn-4-default.log',
  ],
});
