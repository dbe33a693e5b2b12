/** Queue times that lines state or that follow from the stamp of a proxy, and how many of them are negative because clocks differ. */
import type { Facts } from '../core/finding.ts';
import { rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';

export interface MeasuredWaits {
  /** All measured waits, negative ones included, µs. */
  readonly known: readonly number[];
  /** The waits below zero by more than rounding and the uncertainty of the start, µs. */
  readonly negative: readonly number[];
  /** Largest uncertainty (half-width) of a start from which a wait was computed, µs; 0 if all lines state their waits. */
  readonly slack: number;
}

/** µs: a wait below this is negative because a clock is behind; anything above may be rounding. */
const NEGATIVE = -5000;
/** From this share of negative waits on, the clocks differ. */
const SKEWED_SHARE = 0.02;

const before = new WeakMap<Facts['requests'], MeasuredWaits>();

/** The measured waits of a log; cached per analysis. */
export function measuredWaits(facts: Facts): MeasuredWaits {
  const { requests, inference } = facts;
  const ready = before.get(requests);
  if (ready) return ready;
  const rows = rowsOf(facts);
  const known: number[] = [];
  const negative: number[] = [];
  let slack = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows.row[i];
    const stated = requests.measuredWait[row];
    const micros = Number.isFinite(stated) ? stated : rows.start[i] - requests.arrival[row];
    if (!Number.isFinite(micros)) continue;
    // A wait computed from the start is only as exact as the start.
    const open = Number.isFinite(stated) ? 0 : inference.requests.uncertainty[row] || 0;
    slack = Math.max(slack, open);
    known.push(micros);
    if (micros < NEGATIVE - open) negative.push(micros);
  }
  const waits = { known, negative, slack };
  before.set(requests, waits);
  return waits;
}

/** Whether the clocks of the proxy and of the server differ. */
export const clocksDiffer = ({ known, negative }: MeasuredWaits): boolean =>
  known.length > 0 && negative.length >= SKEWED_SHARE * known.length;

/** Whether the clocks differ so much that no finding may rely on the measured waits. */
export function waitIsClockError(facts: Facts): boolean {
  const { wait } = facts.inference;
  if (wait.method !== 'measured') return false;
  const waits = measuredWaits(facts);
  return clocksDiffer(waits) && -medianOf(waits.negative) >= wait.mean / 4;
}
