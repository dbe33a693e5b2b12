/** Queue times that lines state or that follow from the stamp of a proxy, and how many of them no clock can explain. */
import type { Facts } from '../core/finding.ts';
import { rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';

export interface MeasuredWaits {
  /** µs */
  readonly known: readonly number[];
  /** Those below zero by more than rounding. */
  readonly negative: readonly number[];
  /** Largest half-width of what is not known about a start that one of them is taken from, µs. */
  readonly slack: number;
}

/** A clock that runs behind makes waits negative; a little of it is rounding. */
const NEGATIVE = -5000;
const SKEWED_SHARE = 0.02;

const before = new WeakMap<Facts['requests'], MeasuredWaits>();

/** Worked out once per analysis. */
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
    // A wait that the line does not state is only as exact as the start.
    const open = Number.isFinite(stated) ? 0 : inference.requests.uncertainty[row] || 0;
    slack = Math.max(slack, open);
    known.push(micros);
    if (micros < NEGATIVE - open) negative.push(micros);
  }
  const waits = { known, negative, slack };
  before.set(requests, waits);
  return waits;
}

/** The clocks of the proxy and of the server differ. */
export const clocksDiffer = ({ known, negative }: MeasuredWaits): boolean =>
  known.length > 0 && negative.length >= SKEWED_SHARE * known.length;

/** They differ by so much that the measured wait says nothing: a finding must not stand on it. */
export function waitIsClockError(facts: Facts): boolean {
  const { wait } = facts.inference;
  if (wait.method !== 'measured') return false;
  const waits = measuredWaits(facts);
  return clocksDiffer(waits) && -medianOf(waits.negative) >= wait.mean / 4;
}
