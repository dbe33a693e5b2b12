/**
 * The part of a log that the questions of structure are asked of: between two steps of the clock, and of a long log the
 * stretch where the server had most to do, because a limit shows only where it is reached.
 */
import { type RequestTable, sliceRows } from '../../core/table.ts';

/** µs: a stamp this far behind an earlier one is late; so many late lines in a row, and the clock was set back. */
export const CLOCK_STEP = 10_000_000;
const STEP_LINES = 100;

/** At most `most` neighbouring rows. */
export function evidencePart(table: RequestTable, most: number): RequestTable {
  const [from, to] = longestSteadyRun(table);
  const part = from === 0 && to === table.length ? table : sliceRows(table, from, to);
  if (part.length <= most) return part;
  const start = busiestWindow(part, most);
  return sliceRows(part, start, start + most);
}

/** Rows between steps back of the clock: where a hundred lines in a row stay behind what was stamped before them. */
function longestSteadyRun(table: RequestTable): [from: number, to: number] {
  const n = table.length;
  let best: [number, number] = [0, 0];
  let from = 0;
  let latest = Number.NEGATIVE_INFINITY;
  let behind = 0;
  for (let i = 0; i < n; i++) {
    const stamp = stampOf(table, i);
    if (stamp >= latest - CLOCK_STEP || Number.isNaN(stamp)) {
      behind = 0;
      if (stamp > latest) latest = stamp;
      continue;
    }
    behind++;
    if (behind < STEP_LINES && i < n - 1) continue;
    const step = i - behind + 1;
    if (step - from > best[1] - best[0]) best = [from, step];
    from = step;
    behind = 0;
    latest = stamp;
  }
  return n - from > best[1] - best[0] ? [from, n] : best;
}

const stampOf = (table: RequestTable, i: number): number =>
  Number.isNaN(table.end[i]) ? table.start[i] : table.end[i];

/** First row of the `most` neighbouring rows in which requests fill the most time (or, without durations, come densest). */
function busiestWindow(table: RequestTable, most: number): number {
  const n = table.length;
  let work = 0;
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const duration = table.duration[i];
    work += duration > 0 ? duration : 0;
    if (i >= most) {
      const left = table.duration[i - most];
      work -= left > 0 ? left : 0;
    }
    if (i < most - 1) continue;
    const span = Math.max(stampOf(table, i) - stampOf(table, i - most + 1), 1) + table.resolution[i];
    const load = (work > 0 ? work : most) / span;
    if (load > highest) {
      highest = load;
      best = i - most + 1;
    }
  }
  return best;
}
