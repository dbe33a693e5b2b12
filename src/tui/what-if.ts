/** The pool of the what-if panel: the present one as the log shows it, and the one asked for. */
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Summary } from '../core/summary.ts';
import type { UiState } from './ui-state.ts';

/** Predictions that are there; missing while they are being worked out, null where the log cannot carry one. */
export interface Predictions {
  readonly present: PoolPrediction | null | undefined;
  readonly asked: PoolPrediction | null | undefined;
}

/** null where the log does not say which pool served it. */
export function presentPool({ server }: Pick<Summary, 'server'>): PoolShape | null {
  const { model, workers, threads } = server;
  if (workers.value === null) return null;
  if (model === 'sync') return { model, workers: workers.value, threads: 1 };
  if (model === 'threaded' && threads.value !== null) return { model, workers: workers.value, threads: threads.value };
  return model === 'async' ? { model, workers: workers.value, threads: 1 } : null;
}

export function askedPool(present: PoolShape, { whatIf }: Pick<UiState, 'whatIf'>): PoolShape {
  const workers = Math.max(1, Math.min(1024, present.workers + whatIf.workers));
  if (present.model === 'async') return { ...present, workers };
  const threads = Math.max(1, Math.min(256, present.threads + whatIf.threads));
  return { model: threads > 1 ? 'threaded' : 'sync', workers, threads };
}

export const poolName = ({ model, workers, threads }: PoolShape): string => {
  const noun = workers === 1 ? 'worker' : 'workers';
  return model === 'threaded' ? `${workers} ${noun} x ${threads} threads` : `${workers} ${model} ${noun}`;
};
