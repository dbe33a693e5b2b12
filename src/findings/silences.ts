/** Silences of a worker: moments in which requests were in flight and nothing began or ended, as a blocked loop makes them. */
import { floatsAt } from '../core/columns.ts';
import type { Rows } from '../core/rows.ts';

export interface Silence {
  readonly worker: number;
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** Positions in the rows: requests that began just before and lasted through it. */
  readonly suspects: readonly number[];
}

/** Shorter pauses are the ordinary work of a loop. */
const SHORTEST = 50_000;
/** A request that begins this long before a silence, or later, may have caused it; what waited ends this soon after. */
const NEAR = 12_000;
/** Starts and ends that must follow so soon. */
const LEAST_AFTER = 3;

/**
 * Silences that chance would not make: m requests in flight (m >= 2) of mean duration E[D] and arrivals at rate λ would
 * have made g (m / E[D] + λ) starts and ends in a pause g; at least ln(pauses) + 5 of them must be missing, and three
 * must follow at once. Pauses in which the other workers are silent too are the host's, not the loop's.
 */
export function silencesOf(rows: Rows, members: readonly number[]): Silence[] {
  const n = members.length;
  if (n < 50) return [];
  const worker = rows.worker[members[0]];
  const starts = floatsAt(rows.start, members);
  const ends = floatsAt(rows.end, members).sort();
  const events = new Float64Array(2 * n);
  events.set(starts);
  events.set(ends, n);
  events.sort();
  const span = events[2 * n - 1] - events[0];
  const rate = n / span;
  const meanDuration = members.reduce((sum, i) => sum + rows.end[i] - rows.start[i], 0) / n;
  const needed = Math.log(2 * n) + 5;
  const found: Silence[] = [];
  let started = 0;
  let ended = 0;
  for (let k = 0; k + 1 < events.length; k++) {
    const from = events[k];
    const to = events[k + 1];
    while (started < n && starts[started] <= from) started++;
    while (ended < n && ends[ended] <= from) ended++;
    const inFlight = started - ended;
    const pause = to - from;
    if (inFlight < 2 || pause < SHORTEST || pause * (inFlight / meanDuration + rate) < needed) continue;
    // What waited ends at once.
    const last = k + 1 + LEAST_AFTER - 1;
    if (!(last < events.length && events[last] <= to + NEAR)) continue;
    const suspects = suspectsOf(rows, members, starts, started, { from, to });
    found.push({ worker, from, to, suspects });
  }
  return found;
}

/** Those that began just before and lasted through it. `started`: as many had begun. */
function suspectsOf(
  { end }: Rows,
  members: readonly number[],
  starts: Float64Array,
  started: number,
  { from, to }: Pick<Silence, 'from' | 'to'>,
): number[] {
  const suspects: number[] = [];
  for (let j = started - 1; j >= 0 && starts[j] >= from - NEAR; j--)
    if (end[members[j]] >= to - 100) suspects.push(members[j]);
  return suspects;
}
