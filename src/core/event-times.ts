/** When lifecycle events happened. A server's own lines often have no time (uWSGI's hardly ever do), but stand between lines that have one. */
import type { LifecycleEvent } from './lifecycle.ts';
import { countBelow } from './statistics.ts';
import { instantOf, type RequestTable } from './table.ts';

/**
 * The events, each with a time if the log tells one: an event without gets the time of the request line before it in its input, or of the
 * first request line if there is none before it.
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
