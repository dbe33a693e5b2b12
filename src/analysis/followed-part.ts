/**
 * The part of a long log that can be followed: the steps of its timeline all of whose requests are kept. In a step of which only some
 * requests are kept, slots that were busy with the others would seem idle.
 */
import { instantOf, type RequestTable, selectRows } from '../core/table.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import type { TimelineView } from './timeline.ts';

/** Seconds: few steps longer than this are kept whole. */
const LONGEST_STEP = 10;

/** If whole steps hold less than this share of the kept requests, they do not represent the log. */
const FEWEST_WHOLE = 0.05;

export interface FollowedPart {
  readonly table: RequestTable;
  /** Timeline of the whole log. */
  readonly view: TimelineView;
  /** By step of the timeline: 1 if all of its requests are in the table. null: this was not determined. */
  readonly isWhole: Uint8Array | null;
}

/** The rows of whole steps. All rows if steps are too long, if hardly any is whole, or if some row has no time. */
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
