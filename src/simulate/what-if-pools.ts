/** Which pools a what-if question is about: those asked for, those around the present one, and the recommended one. */
import type { Analysis } from '../core/finding.ts';
import type { PoolShape } from '../core/prediction.ts';
import type { WhatIf } from '../core/what-if.ts';
import { presentShape } from './workload.ts';

/** Pools asked for on the command line; counts that are not given are taken from the present pool. */
export interface PoolWishes {
  readonly workers?: readonly number[];
  readonly threads?: readonly number[];
  readonly model?: PoolShape['model'];
}

/** Every combination asked for; pools around the present one if nothing is asked for. */
export function scenarioPools(analysis: Analysis, { workers, threads, model }: PoolWishes): PoolShape[] {
  const present = presentShape(analysis);
  const isAsked = workers !== undefined || threads !== undefined || model !== undefined;
  if (!present && !isAsked) return atLeast(analysis.inference);
  const kind = model ?? (threads?.some((count) => count > 1) ? 'threaded' : (present?.model ?? 'sync'));
  // The only process of a pool has threads to change, not processes.
  if (!isAsked && present?.model === 'threaded' && present.workers === 1)
    return around(present.threads).map((count) => ({ ...present, threads: count }));
  const processes = workers ?? (threads || model ? [present?.workers ?? 1] : around(present?.workers ?? 1));
  if (kind !== 'threaded') return processes.map((count) => ({ model: kind, workers: count, threads: 1 }));
  const each = threads ?? [present?.model === 'threaded' ? present.threads : 4];
  return processes.flatMap((count) =>
    each.map(
      (width): PoolShape => ({
        model: width === 1 && model === undefined ? 'sync' : 'threaded',
        workers: count,
        threads: width,
      }),
    ),
  );
}

/** Where no limit shows: pools that run at least as many requests at once as were seen. */
function atLeast({ workers, capacity }: Analysis['inference']): PoolShape[] {
  const seen = capacity.low ?? 1;
  const processes = workers.value ?? 0;
  // As many processes as were seen, with enough threads each.
  if (processes > 0 && seen > processes) {
    const threads = Math.ceil(seen / processes);
    return [1, 1.5, 2].map((times) => ({ model: 'threaded', workers: processes, threads: Math.ceil(times * threads) }));
  }
  const model = seen > 1 ? 'pool' : 'sync';
  return around(seen)
    .filter((count) => count >= seen)
    .map((count) => ({ model, workers: count, threads: 1 }));
}

/** One less, and steps up to twice as many. */
const around = (count: number): number[] =>
  [...new Set([count - 1, count, count + 1, count + 2, Math.ceil(count * 1.5), count * 2])]
    .filter((n) => n >= 1)
    .sort((a, b) => a - b);

/** The pools plus the recommended one if it is not among them, then sorted by slots. */
export function withPool(pools: readonly PoolShape[], found: WhatIf['recommendation']): readonly PoolShape[] {
  if (!found) return pools;
  const { model, workers, threads } = found;
  const isThere = pools.some((one) => one.model === model && one.workers === workers && one.threads === threads);
  const slots = (one: PoolShape) => one.workers * one.threads;
  return isThere ? pools : [...pools, { model, workers, threads }].sort((a, b) => slots(a) - slots(b));
}
