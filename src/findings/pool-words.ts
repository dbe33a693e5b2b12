/** Wordings of a pool and its slots, for the findings and the verdict. */
import type { Facts } from '../core/finding.ts';
import { countsInTurn, poolName, poolNameBeside } from '../core/pool-names.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Summary } from '../core/summary.ts';
import { isHidden, isVague, neverLeftSaturation } from '../core/wait-range.ts';
import { capital, countText, durationText } from '../core/words.ts';

/** Default target of the p95 wait for which a pool is recommended, µs. */
export const DEFAULT_TARGET_WAIT = 200_000;

type Server = Summary['server'];

/** Number of slots if the pool has a limit that is known well enough to reason with; else null. */
export function knownSlots(server: Server): number | null {
  const { value, confidence } = server.capacity;
  return value !== null && value >= 1 && confidence >= 0.5 ? value : null;
}

/** The pool that wrote the log, in the form that the predictor takes. */
export const presentPool = ({ model, workers, threads }: Server, slots: number): PoolShape =>
  model === 'threaded'
    ? { model, workers: workers.value ?? 1, threads: threads.value ?? slots }
    : { model: 'sync', workers: slots, threads: 1 };

/** "4 sync workers", "2 workers of 8 threads", "a pool of 4 slots", "2 async workers", "the server". */
export function poolText(server: Server): string {
  const workers = server.workers.value;
  const threads = server.threads.value;
  if (server.servers)
    return `the fullest of ${server.servers} servers (${workers === null ? 'workers unknown' : `${countText(workers, 'worker')} in all`})`;
  if (server.regimes && server.model === 'sync')
    return `${countsInTurn(server.regimes.map((regime) => regime.workers))} sync workers`;
  if (server.regimes && server.model === 'threaded' && workers === 1)
    return `${countsInTurn(server.regimes.map((regime) => regime.capacity))} threads`;
  if (workers !== null && server.model === 'async' && threads !== null && threads > 1)
    return `${countText(workers, 'async worker')} of ${threads} requests at once`;
  if (workers !== null && (server.model === 'sync' || server.model === 'async'))
    return poolName({ model: server.model, workers, threads: 1 });
  if (workers !== null && threads !== null && server.model === 'threaded')
    return poolName({ model: 'threaded', workers, threads });
  if (server.model === 'thread-per-request') return 'a thread per request';
  const slots = knownSlots(server);
  return slots === null ? 'the server' : `a pool of ${countText(slots, 'slot')}`;
}

/** "both" for two, else "all 4". */
export const allOf = (count: number): string => (count === 2 ? 'both' : `all ${count}`);

/** "All 4 sync workers were", "Both sync workers were", "The only worker was", "All 16 slots of 2 workers of 8 threads were". */
export function allSlotsText(server: Server, slots: number): string {
  if (server.regimes || server.servers) return `All slots of ${poolText(server)} were`;
  if (slots === 1 && poolText(server) === 'a pool of 1 slot') return 'The only slot was';
  if (slots === 1) return `The only slot of ${poolText(server)} was`;
  // If slots may be workers or threads, only their number is given.
  if (poolText(server) === `a pool of ${countText(slots, 'slot')}`) return `${capital(allOf(slots))} slots were`;
  const single = server.model === 'sync' || (server.model === 'threaded' && server.workers.value === 1);
  const all = capital(allOf(slots));
  // poolText begins with the number, which `all` contains already.
  return single ? `${all} ${poolText(server).replace(/^\d+ /, '')} were` : `${all} slots of ${poolText(server)} were`;
}

/** Number of requests that a predicted pool runs at once; for a pool without a limit, the number of its workers. */
export const slotsOf = ({ pool }: PoolPrediction): number =>
  pool.model === 'threaded' ? pool.workers * pool.threads : pool.workers;

/** "p95 wait 120 ms, range 80 ms to 190 ms"; also mentions far longer waits if the log does not exclude them. */
export function predictedWaitText({ waitP95, waitP95Range: [low, high], wide }: PoolPrediction): string {
  const range = high > 0 ? `, range ${durationText(low)} to ${durationText(high)}` : '';
  const likely = `p95 wait ${durationText(waitP95)}${range}`;
  const [, longest] = wide.waitP95;
  return longest > Math.max(FAR_LONGER * high, DEFAULT_TARGET_WAIT)
    ? `${likely}, or up to ${durationText(longest)} if callers queued for as long as the log allows`
    : likely;
}

/** "About 7 workers would keep the p95 wait under 200 ms (simulated from this log: …).", or general advice if no pool is recommended. */
export function moreSlotsText(facts: Pick<Facts, 'predictor' | 'summary'>): string {
  const enough = largerPool(facts);
  return enough
    ? enoughText(enough, facts.summary)
    : 'Add workers or threads until the queue stays short, or make requests shorter.';
}

/** The pool that is recommended for the default target; null if it has no more slots than the present one. */
export function largerPool({ predictor, summary }: Pick<Facts, 'predictor' | 'summary'>): PoolPrediction | null {
  const slots = knownSlots(summary.server);
  const smallest = slots === null ? null : predictor.smallestPool(DEFAULT_TARGET_WAIT);
  return smallest && slotsOf(smallest) > slots! ? smallest : null;
}

/** "About 7 workers would keep the p95 wait under 200 ms (simulated from this log: …)."; adds that no more are needed if that is so. */
export function enoughText(enough: PoolPrediction, { wait, server }: Pick<Summary, 'wait' | 'server'>): string {
  const slots = knownSlots(server) ?? 0;
  const name = poolNameBeside(enough.pool);
  const keeps = name.startsWith('1 ') ? 'keeps' : 'keep';
  const keep = slotsOf(enough) === slots ? keeps : 'would keep';
  const more = slotsOf(enough) <= slots ? ': for that no more are needed' : '';
  return `${isHidden(wait) ? 'About ' : ''}${name} ${keep} the p95 wait under ${durationText(DEFAULT_TARGET_WAIT)} (simulated from this log: ${predictedWaitText(enough)})${more}.`;
}

/** Waits are far longer from this many times the upper end of the range on. */
const FAR_LONGER = 2;
/** "120 ms (inferred)"; only the range if the log leaves the wait open. */
export const waitP95Text = ({ summary, inference }: Pick<Facts, 'summary' | 'inference'>): string => {
  const { p95, lowP95, highP95, method } = inference.wait;
  const text =
    isVague(summary.wait) || neverLeftSaturation(summary)
      ? `between ${durationText(lowP95)} and ${durationText(highP95)}`
      : durationText(p95);
  return `${text} (${method})`;
};
