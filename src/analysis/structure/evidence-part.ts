/**
 * The part of a log from which the structure is inferred: of a long log the stretch in which the server had most to do, because a limit
 * shows only where it is reached.
 */
import { instantOf, type RequestTable, sliceRows } from '../../core/table.ts';

/** The busiest `most` neighbouring rows; a shorter table as it is. */
export function evidencePart(table: RequestTable, most: number): RequestTable {
  if (table.length <= most) return table;
  const start = busiestWindow(table, most);
  return sliceRows(table, start, start + most);
}

/** First of the `most` neighbouring rows that hold the most work per time (or, without durations, that lie closest together). */
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
    const span = Math.max(instantOf(table, i) - instantOf(table, i - most + 1), 1) + table.resolution[i];
    const load = (work > 0 ? work : most) / span;
    if (load > highest) {
      highest = load;
      best = i - most + 1;
    }
  }
  return best;
}
