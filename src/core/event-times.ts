/** When a server spoke: lines of its own often bear no time (uWSGI's hardly ever do), but they stand between lines that do. */
import type { LifecycleEvent } from './lifecycle.ts';
import { countBelow } from './statistics.ts';
import { instantOf, type RequestTable } from './table.ts';

/**
 * The events with a time each, as far as the log tells: one without is as late as the request line before it in its input, or as the
 * first one of it where it stands in front of all.
 */
export function withTimes(events: readonly LifecycleEvent[], table: RequestTable): readonly LifecycleEvent[] {
  if (events.every(({ time }) => Number.isFinite(time))) return events;
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < table.length; i++) {
    const rows = rowsOf.get(table.source[i]);
    if (rows) rows.push(i);
    else rowsOf.set(table.source[i], [i]);
  }
  for (const rows of rowsOf.values()) rows.sort((a, b) => table.offset[a] - table.offset[b]);
  return events.map((event) => {
    const rows = rowsOf.get(event.source);
    if (Number.isFinite(event.time) || !rows) return event;
    const before = countBelow(rows.length, (k) => table.offset[rows[k]], event.offset);
    const time = before === 0 ? firstInstant(table, rows[0]) : instantOf(table, rows[before - 1]);
    return Number.isFinite(time) ? { ...event, time } : event;
  });
}

const firstInstant = (table: RequestTable, row: number): number =>
  Number.isNaN(table.start[row]) ? table.end[row] : table.start[row];
