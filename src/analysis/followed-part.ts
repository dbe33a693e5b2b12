/**
 * The part of a long log that can be followed: steps of its timeline of which every request is kept. In a step of which only some requests
 * are kept, slots would seem idle that were busy with the others.
 */
import { instantOf, type RequestTable, selectRows } from '../core/table.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import type { TimelineView } from './timeline.ts';

/** s: of steps longer than this, few are kept whole. */
const LONGEST_STEP = 10;

/** If whole steps hold less than this share of the kept requests, they are not what the log is about. */
const FEWEST_WHOLE = 0.05;

export interface FollowedPart {
  readonly table: RequestTable;
  /** Of the whole log. */
  readonly view: TimelineView;
  /** By step of the timeline: 1 where all of its requests are in the table. */
  readonly isWhole: Uint8Array | null;
}

/** The rows of whole steps; all rows where steps are too long, where hardly one is whole, or where rows have no time. */
export function wholeSteps(table: RequestTable, view: TimelineView): FollowedPart {
  if (view.stepSeconds > LONGEST_STEP) return { table, view, isWhole: null };
  const step = view.stepSeconds * MICROS_PER_SECOND;
  const stepOf = (row: number) => Math.floor((instantOf(table, row) - view.from) / step);
  const kept = new Float64Array(view.requests.length);
  for (let row = 0; row < table.length; row++) {
    const k = stepOf(row);
    if (Number.isNaN(k)) return { table, view, isWhole: null };
    kept[k]++;
  }
  const isWhole = Uint8Array.from(kept, (count, k) => (count === view.requests[k] ? 1 : 0));
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) if (isWhole[stepOf(row)] === 1) rows.push(row);
  if (rows.length < FEWEST_WHOLE * table.length) return { table, view, isWhole: null };
  return { table: rows.length === table.length ? table : selectRows(table, rows), view, isWhole };
}
