/** Names of a pool: in a sentence, beside the present pool, in a table, and for its kind. */
import type { PoolShape } from './prediction.ts';
import { countText } from './words.ts';

/** "4 sync workers", "2 workers of 8 threads", "8 threads" (of one worker), "3 slots", "2 async workers". */
export function poolName({ model, workers, threads }: PoolShape): string {
  switch (model) {
    case 'threaded':
      return workers === 1
        ? countText(threads, 'thread')
        : `${countText(workers, 'worker')} of ${countText(threads, 'thread')}`;
    case 'pool':
      return countText(workers, 'slot');
    default:
      return countText(workers, `${model} worker`);
  }
}

/** The name beside a pool of the same kind: "7 workers" if the present ones are sync. */
export const poolNameBeside = (pool: PoolShape): string =>
  pool.model === 'sync' ? countText(pool.workers, 'worker') : poolName(pool);

/** "4 sync", "2 x 4 threads", "3 slots", "2 async": the number of workers first, as in the options of the commands. */
export const poolLabel = (pool: PoolShape): string =>
  pool.model === 'threaded'
    ? `${pool.workers} x ${countText(pool.threads, 'thread')}`
    : pool.model === 'pool'
      ? poolName(pool)
      : `${pool.workers} ${pool.model}`;

/** What a pool consists of, in the plural: "sync workers", "workers of 4 threads", "slots". */
export const poolKind = ({ model, threads }: PoolShape): string =>
  model === 'pool' ? 'slots' : model === 'threaded' ? `workers of ${countText(threads, 'thread')}` : `${model} workers`;

/** The numbers of workers of a pool that changed: "4, then 8", or "2 to 8" if there were many. */
export function countsInTurn(counts: readonly (number | null)[]): string {
  if (counts.length <= MOST_COUNTS) return counts.map((count) => count ?? '?').join(', then ');
  const known = counts.filter((count) => count !== null);
  return `${Math.min(...known)} to ${Math.max(...known)}`;
}
const MOST_COUNTS = 3;
