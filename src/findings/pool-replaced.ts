/** Finding: all workers were replaced by more, by fewer, or by others of another kind; compares the two pools. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import type { PoolRegime } from '../core/inference.ts';
import { momentsOf } from '../core/moments.ts';
import { poolName } from '../core/pool-names.ts';
import { orNull, secondsOf } from '../core/rows.ts';
import { sinceText } from '../core/time.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { someLivedThrough } from './coincidence.ts';
import { findingsOfFullPool } from './saturation.ts';

/** A pool was too small if all of its slots were busy for at least this share of its time. */
const OFTEN_FULL = 0.2;
/** µs for which old and new workers may run side by side: in a reload, old workers finish their requests while the new ones start. */
const BESIDE_EACH_OTHER = 3_000_000;

/** Share of the time with all slots busy, 0..1; NaN if the number of slots is not known. */
const fullShare = ({ capacity, saturatedMicros, from, to }: PoolRegime): number =>
  capacity === null ? Number.NaN : saturatedMicros / (to - from);

/** The pools before and after the change that affected the full share most, the last one if several did equally; null: no change. */
function changeOf({ inference: { regimes, lives } }: Facts): [PoolRegime, PoolRegime] | null {
  let found: [PoolRegime, PoolRegime] | null = null;
  let most = 0;
  for (let k = 1; k < regimes.length; k++) {
    const [before, after] = [regimes[k - 1], regimes[k]];
    if (someLivedThrough(lives, after.from, BESIDE_EACH_OTHER)) continue;
    const change = Math.abs((fullShare(after) || 0) - (fullShare(before) || 0));
    if (found === null || change >= most) [found, most] = [[before, after], change];
  }
  return found;
}

/** "4 sync workers", "2 workers with 8 slots", "2 workers with at least 8 slots". */
function poolText({ model, workers, capacity, capacityLow }: PoolRegime): string {
  if (model === 'sync' && workers !== null) return poolName({ model, workers, threads: 1 });
  const count = workers === null ? 'workers' : countText(workers, 'worker');
  const slots = capacity ?? capacityLow;
  return slots === null ? count : `${count} with ${capacity === null ? 'at least ' : ''}${countText(slots, 'slot')}`;
}

/** "all busy 95 % of the time", "never all busy". */
function busyText(regime: PoolRegime): string {
  const share = fullShare(regime);
  if (Number.isNaN(share)) return 'never seen full';
  return share < 0.005 ? 'never all busy' : `all busy ${percentText(share)} of the time`;
}

/** "18 requests/s, 200 ms each, mean wait about 1.4 s". */
function loadText({ from, to, requests, serviceMean, waitMean }: PoolRegime): string {
  const rate = `${roundText((1e6 * requests) / (to - from))} requests/s`;
  const mean = Number.isFinite(serviceMean) ? `, ${durationText(serviceMean)} each` : '';
  return `${rate}${mean}, mean wait ${Number.isNaN(waitMean) ? 'unknown' : `about ${durationText(waitMean)}`}`;
}

function adviceOf(before: PoolRegime, after: PoolRegime, regimes: readonly PoolRegime[]): string {
  const [was, is] = [fullShare(before), fullShare(after)].map((share) => share >= OFTEN_FULL);
  // The commands are for the newest pool, even if an earlier change mattered more.
  const newest = regimes[regimes.length - 1];
  const which = newest === after ? 'new' : 'newest';
  const alone = `"logscope analyze --since ${sinceText(newest.from)}" tells of the ${which} pool alone, "logscope whatif" of others.`;
  if (is && !was) return `The new pool is too small for this load: go back, or give it more slots. ${alone}`;
  if (was && !is) return `Keep it: as far as the log shows, the change ended the queue. ${alone}`;
  return `${is ? 'Neither pool carries this load. ' : ''}Numbers of the whole log are those of ${regimes.length === 2 ? 'two' : regimes.length} pools: ${alone}`;
}

function examine(facts: Facts): Finding | null {
  const change = changeOf(facts);
  if (!change) return null;
  const [before, after] = change;
  const at = momentsOf(facts.summary.window).at(after.from);
  const isFull = change.some((regime) => fullShare(regime) >= OFTEN_FULL);
  return {
    severity: isFull ? 'warning' : 'info',
    title: `The pool was replaced at ${at} UTC: ${poolText(before)} before, ${busyText(before)}; ${poolText(after)} since, ${busyText(after)}`,
    brief: `The pool was replaced at ${at} UTC`,
    detail: `All workers went and others came, as at a deploy. Before: ${loadText(before)}. Since: ${loadText(after)}.`,
    evidence: {
      workers_before: before.workers,
      workers_after: after.workers,
      model_before: before.model,
      model_after: after.model,
      slots_before: before.capacity,
      slots_after: after.capacity,
      slots_after_at_least: after.capacityLow,
      full_share_before: orNull(fullShare(before)),
      full_share_after: orNull(fullShare(after)),
      wait_mean_before_seconds: secondsOf(before.waitMean),
      wait_mean_after_seconds: secondsOf(after.waitMean),
    },
    advice: adviceOf(before, after, facts.inference.regimes),
    from: after.from,
    to: after.from,
    lostSeconds: change.reduce((sum, one) => sum + ((one.waitMean || 0) / 1e6) * one.requests, 0),
    // If the new pool is often full, findings about a full pool are about this pool and are kept. Otherwise, the pool that was full is gone.
    spares: fullShare(after) >= OFTEN_FULL ? findingsOfFullPool : [],
  };
}

export default defineFinding({
  id: 'pool-replaced',
  title: 'All workers were replaced by more, by fewer, or by others of another kind',
  needs: ['time', 'pid'],
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'The log is of pools one after the other: all pids of the one were gone when those of the next came (docs/inference-structure.md,',
      'regimes), and the numbers of workers differ, or the requests that each of them runs at once. Each pool is told as if it were alone.',
    ].join('\n'),
    guards:
      'Findings of a full pool fall silent where the new pool is not: what was full is gone. A pool counts from ten seconds and thirty requests on, eight of each worker. Reloads and recycled workers that leave the pool as it was are no other pool.',
    fix: {
      gunicorn: 'compare --workers, --threads and --worker-class of the two versions',
      uvicorn: 'compare --workers of the two versions',
      waitress: 'compare --threads of the two versions; its lines name no process, so a change does not show',
      hypercorn: 'compare --workers of the two versions',
      uWSGI: 'compare --processes, --threads and --cheaper of the two versions',
    },
  },
  fires: ['faults/deploy.log.gz'],
  quiet: [
    'faults/reload.log.gz',
    'gunicorn-sync-2-recycling.log',
    'gunicorn-sync-4-nearly-full.log',
    'uwsgi-4-default.log',
  ],
});
