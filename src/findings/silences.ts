/** Silences of a worker: times in which requests were in flight but none began or ended. A blocked event loop makes them. */
import { floatsAt } from '../core/columns.ts';
import type { Rows } from '../core/rows.ts';

export interface Silence {
  readonly worker: number;
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** Requests that began just before the silence and lasted through it, as positions in the rows. */
  readonly suspects: readonly number[];
}

/** µs: shorter pauses are the ordinary work of a loop. */
const SHORTEST = 50_000;
/** µs: a request that begins at most this long before a silence may have caused it; requests that waited end this soon after it. */
const NEAR = 12_000;
/** At least this many starts and ends must follow within NEAR. */
const LEAST_AFTER = 3;

/**
 * Silences of one worker that chance would not make. With m >= 2 requests in flight, mean duration E[D] and arrival rate λ, a pause of length
 * g should have g (m / E[D] + λ) starts and ends. At least ln(number of pauses) + 5 of them must be missing, and three must follow at once.
 * Silences of several workers at once are due to the host, not to a loop; the caller sorts these out.
 *
 * @param members requests of the worker as positions in the rows, in the order of their starts
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
    // Requests that waited for the loop end right after the silence.
    const last = k + 1 + LEAST_AFTER - 1;
    if (!(last < events.length && events[last] <= to + NEAR)) continue;
    const suspects = suspectsOf(rows, members, starts, started, { from, to });
    found.push({ worker, from, to, suspects });
  }
  return found;
}

/** Requests that began just before the silence and lasted through it. `started`: number of requests begun before it. */
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
