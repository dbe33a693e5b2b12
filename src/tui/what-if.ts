/** The pools of the what-if panel: the present one as the log shows it, and the requested one. */
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Summary } from '../core/summary.ts';
import type { UiState } from './ui-state.ts';

/** undefined: being computed; null: the log cannot carry a prediction. */
export interface Predictions {
  readonly present: PoolPrediction | null | undefined;
  readonly asked: PoolPrediction | null | undefined;
  /** The requested pool, and pools with a few workers fewer and more. */
  readonly ladder: readonly PoolRung[];
}

export interface PoolRung {
  readonly pool: PoolShape;
  readonly prediction: PoolPrediction | null | undefined;
}

/** null if the log does not show which pool served it. */
export function presentPool({ server }: Pick<Summary, 'server'>): PoolShape | null {
  const { model, workers, threads, capacity } = server;
  if (model === 'pool' && capacity.value !== null) return { model, workers: capacity.value, threads: 1 };
  if (workers.value === null) return null;
  if (model === 'sync') return { model, workers: workers.value, threads: 1 };
  if (model === 'threaded' && threads.value !== null) return { model, workers: workers.value, threads: threads.value };
  return model === 'async' ? { model, workers: workers.value, threads: 1 } : null;
}

export function askedPool(present: PoolShape, { whatIf }: Pick<UiState, 'whatIf'>): PoolShape {
  const workers = Math.max(1, Math.min(1024, present.workers + whatIf.workers));
  if (present.model === 'async' || present.model === 'pool') return { ...present, workers };
  const threads = Math.max(1, Math.min(256, present.threads + whatIf.threads));
  return { model: threads > 1 ? 'threaded' : 'sync', workers, threads };
}

const [FEWER, MORE] = [2, 4];

/** The pools of the ladder around the requested one, fewest workers first. */
export function ladderOf(asked: PoolShape): PoolShape[] {
  const first = Math.max(1, asked.workers - FEWER);
  const last = Math.min(1024, asked.workers + MORE);
  return Array.from({ length: last - first + 1 }, (_, i) => ({ ...asked, workers: first + i }));
}
