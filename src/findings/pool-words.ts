/** How a sentence speaks of a pool and its slots, for findings and the verdict alike. */
import type { Facts } from '../core/finding.ts';
import { countsInTurn, poolName, poolNameBeside } from '../core/pool-names.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Summary } from '../core/summary.ts';
import { isHidden, isVague, neverLeftSaturation } from '../core/wait-range.ts';
import { capital, countText, durationText } from '../core/words.ts';

/** µs: the p95 wait that a pool is recommended for, where nobody asks for another. */
export const DEFAULT_TARGET_WAIT = 200_000;

type Server = Summary['server'];

/** The slots of a pool that is bounded and known well enough to reason with; null otherwise. */
export function knownSlots(server: Server): number | null {
  const { value, confidence } = server.capacity;
  return value !== null && value >= 1 && confidence >= 0.5 ? value : null;
}

/** The pool that wrote the log, as one to ask the predictor about. */
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

/** "both", "all 4": two are not all. */
export const allOf = (count: number): string => (count === 2 ? 'both' : `all ${count}`);

/** "All 4 sync workers were", "Both sync workers were", "The only worker was", "All 16 slots of 2 workers of 8 threads were". */
export function allSlotsText(server: Server, slots: number): string {
  if (server.regimes || server.servers) return `All slots of ${poolText(server)} were`;
  if (slots === 1 && poolText(server) === 'a pool of 1 slot') return 'The only slot was';
  if (slots === 1) return `The only slot of ${poolText(server)} was`;
  // Workers or threads, nobody knows: their number is all there is to say.
  if (poolText(server) === `a pool of ${countText(slots, 'slot')}`) return `${capital(allOf(slots))} slots were`;
  const single = server.model === 'sync' || (server.model === 'threaded' && server.workers.value === 1);
  const all = capital(allOf(slots));
  // The pool's own words begin with their number, which `all` has.
  return single ? `${all} ${poolText(server).replace(/^\d+ /, '')} were` : `${all} slots of ${poolText(server)} were`;
}

/** Requests that a predicted pool runs at once; one each where it has no limit. */
export const slotsOf = ({ pool }: PoolPrediction): number =>
  pool.model === 'threaded' ? pool.workers * pool.threads : pool.workers;

/** "p95 wait 120 ms, range 80 ms to 190 ms"; where the log leaves far longer waits open, with these. */
export function predictedWaitText({ waitP95, waitP95Range: [low, high], wide }: PoolPrediction): string {
  const range = high > 0 ? `, range ${durationText(low)} to ${durationText(high)}` : '';
  const likely = `p95 wait ${durationText(waitP95)}${range}`;
  const [, longest] = wide.waitP95;
  return longest > Math.max(FAR_LONGER * high, DEFAULT_TARGET_WAIT)
    ? `${likely}, or up to ${durationText(longest)} if callers queued for as long as the log allows`
    : likely;
}

/** "About 7 workers would keep the p95 wait under 200 ms (simulated from this log: …).", or, where none is recommended, that more would do. */
export function moreSlotsText(facts: Pick<Facts, 'predictor' | 'summary'>): string {
  const enough = largerPool(facts);
  return enough
    ? enoughText(enough, facts.summary)
    : 'Add workers or threads until the queue stays short, or make requests shorter.';
}

/** The pool that is recommended for the ordinary target, where it has more slots than the present one. */
export function largerPool({ predictor, summary }: Pick<Facts, 'predictor' | 'summary'>): PoolPrediction | null {
  const slots = knownSlots(summary.server);
  const smallest = slots === null ? null : predictor.smallestPool(DEFAULT_TARGET_WAIT);
  return smallest && slotsOf(smallest) > slots! ? smallest : null;
}

/** "About 7 workers would keep the p95 wait under 200 ms (simulated from this log: …)."; of no more than there are, that they do. */
export function enoughText(enough: PoolPrediction, { wait, server }: Pick<Summary, 'wait' | 'server'>): string {
  const slots = knownSlots(server) ?? 0;
  const name = poolNameBeside(enough.pool);
  const keeps = name.startsWith('1 ') ? 'keeps' : 'keep';
  const keep = slotsOf(enough) === slots ? keeps : 'would keep';
  const more = slotsOf(enough) <= slots ? ': for that no more are needed' : '';
  return `${isHidden(wait) ? 'About ' : ''}${name} ${keep} the p95 wait under ${durationText(DEFAULT_TARGET_WAIT)} (simulated from this log: ${predictedWaitText(enough)})${more}.`;
}

const FAR_LONGER = 2;
/** "120 ms (inferred)"; the range alone where the log leaves the wait open. */
export const waitP95Text = ({ summary, inference }: Pick<Facts, 'summary' | 'inference'>): string => {
  const { p95, lowP95, highP95, method } = inference.wait;
  const text =
    isVague(summary.wait) || neverLeftSaturation(summary)
      ? `between ${durationText(lowP95)} and ${durationText(highP95)}`
      : durationText(p95);
  return `${text} (${method})`;
};
