/** A queue of a live window with its state, and what several of them together say. */
import type { PoolNow } from '../core/pool-now.ts';
import type { LivePool } from './live-pools.ts';

/** A worker without a request for this long (µs) is gone. */
const GONE = 45_000_000;
/** Bins may miss the last answer by this much (µs). */
const SAME_MOMENT = 2_000_000;

export interface JudgedAt {
  /** The clock's time, µs since 1970 UTC. */
  readonly now: number;
  /** true: the examination was a thorough one ("look"), whose waits are better than those of the others. */
  readonly isLook: boolean;
  /** true: no line has come for longer than any request took. */
  readonly isSilent: boolean;
  /** Offset of the log's stamps, minutes east of UTC. */
  readonly zoneMinutes: number;
}

export interface JudgedPool {
  readonly pool: LivePool;
  readonly state: PoolNow;
}

export const overSince = (to: number, state: PoolNow): PoolNow =>
  state.fullSince === null ? state : { ...state, fullSince: null, lastFull: { from: state.fullSince, to } };

/** true: nothing was answered after the stretch. */
export const endsWith = ({ to }: { readonly to: number }, pools: readonly JudgedPool[]): boolean =>
  pools.every(({ pool }) => pool.lastEnd <= to + SAME_MOMENT);

/** Number of workers that are still at work. */
export const workersNow = (pools: readonly JudgedPool[]): number => {
  const until = Math.max(...pools.map(({ pool }) => pool.lastEnd));
  return pools.filter(({ pool }) => pool.lastEnd > until - GONE).length;
};

export const slotsTotal = (pools: readonly JudgedPool[]): number =>
  pools[0].pool.ofWorker ? pools[0].pool.slots * workersNow(pools) : pools[0].pool.slots;
