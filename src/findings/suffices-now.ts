/** Whether a fault of the pool is over: the pool that the log ends with has slots enough, where the one before it had not. */
import type { Facts } from '../core/finding.ts';
import { clockText } from '../core/time.ts';

/** s that tell of a pool, the share of it that may be full, and s of waiting on average. */
const LONG_ENOUGH = 20;
const HARDLY_FULL = 0.1;
const HARDLY_WAITED = 0.01;

/** The pool of the end of the log, where the one before it was full and this one hardly queues: what was wrong is over. */
export function sufficesNow({ summary, inference }: Facts): { readonly slots: number; readonly since: string } | null {
  const regimes = summary.server.regimes ?? [];
  const last = regimes.at(-1);
  const from = inference.regimes.at(-1)?.from ?? Number.NaN;
  const seconds = ((inference.regimes.at(-1)?.to ?? Number.NaN) - from) / 1e6;
  if (regimes.length < 2 || !last || last.capacity === null || !(seconds >= LONG_ENOUGH)) return null;
  const { saturated_seconds: full, wait_mean: wait } = last;
  const isCalm = full !== null && wait !== null && full <= HARDLY_FULL * seconds && wait <= HARDLY_WAITED;
  return isCalm ? { slots: last.capacity, since: clockText(from) } : null;
}
