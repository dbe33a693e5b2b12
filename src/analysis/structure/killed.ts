/**
 * Requests whose worker was killed while it ran them. gunicorn (23 and later) writes a line for such a request as the worker goes down,
 * with status 500 and a duration of a millisecond, because that clock starts with the abort. What the request really took is the worker's
 * silence before the line, at least if it began right after the request before.
 */
import type { RequestTable } from '../../core/table.ts';

/** µs: the longest logged duration of an aborted request, and the shortest silence before it. */
const ABORTED = 50_000;
const SILENCE = 2_000_000;
/** µs: a worker that replaces a killed one answers within this time. */
const REPLACED_WITHIN = 30_000_000;

export interface Killed {
  /** Positions in `rows`. */
  readonly positions: number[];
  /**
   * µs that each of them took: the shortest silence plus half a second, as the arbiter looks around once a second, but no longer than the
   * silence of its own worker.
   */
  readonly durations: number[];
}

/** `rows`: rows of the table in line order, all with a worker and a duration. */
export function killedRequests(table: RequestTable, rows: Int32Array): Killed {
  const mayBeAborted = (row: number) => table.status[row] >= 500 && table.duration[row] <= ABORTED;
  if (!rows.some(mayBeAborted)) return { positions: [], durations: [] };
  const last = new Map<number, number>();
  const before = new Map<number, number>();
  const first = new Map<number, number>();
  for (let k = 0; k < rows.length; k++) {
    const worker = table.worker[rows[k]];
    const previous = last.get(worker);
    if (previous === undefined) first.set(worker, k);
    else before.set(worker, previous);
    last.set(worker, k);
  }
  const births = [...first.values()].sort((a, b) => a - b);
  const positions: number[] = [];
  const silences: number[] = [];
  let shortest = Number.POSITIVE_INFINITY;
  for (const [worker, k] of last) {
    const row = rows[k];
    const previous = before.get(worker);
    if (previous === undefined || !mayBeAborted(row)) continue;
    const silence = table.end[row] - table.end[rows[previous]];
    const heir = births.find((birth) => birth > k);
    if (silence < SILENCE || heir === undefined) continue;
    if (table.end[rows[heir]] - table.end[row] > REPLACED_WITHIN) continue;
    positions.push(k);
    silences.push(silence);
    if (silence < shortest) shortest = silence;
  }
  if (positions.length < 2) return { positions: [], durations: [] };
  return { positions, durations: silences.map((silence) => Math.min(silence, shortest + 500_000)) };
}

/** Fewest such requests of a route. An aborted request answers nothing, while applications that fail say so with a body. */
const FEWEST = 2;

/**
 * Lines without a worker: an aborted request shows as status 500 without a byte after about a millisecond, and what it took is unknown.
 * true: there are several of a route that never answered otherwise.
 */
export function seemsAborted(table: RequestTable, rows: Int32Array): boolean {
  const aborted = new Map<number, number>();
  const answered = new Set<number>();
  for (const row of rows) {
    const route = table.route[row];
    if (table.status[row] === 500 && table.bytes[row] === 0 && table.duration[row] < ABORTED)
      aborted.set(route, (aborted.get(route) ?? 0) + 1);
    else answered.add(route);
  }
  return [...aborted].some(([route, times]) => times >= FEWEST && !answered.has(route));
}
