/**
 * A clock that is set back in the middle of a log (winter time in stamps without a zone, a machine that corrects its time): some hours are in
 * the log twice, and workers seem to do two things at once. The order of the lines shows what really came after what.
 */
import { instantOf, type RequestTable } from './table.ts';

/** µs: a stamp this far behind an earlier one is late. After so many late lines in a row the clock was set back. */
const CLOCK_STEP = 10_000_000;
const STEP_LINES = 100;
/** At the end of the log so many are enough. */
const LAST_LINES = 20;
/** A step forward that differs from a step back by less than this share of it undoes it. */
const SAME = 0.25;

export interface ClockStep {
  /** The first row after the step. */
  readonly row: number;
  /** µs by which rows after it are put forward. */
  readonly micros: number;
}

/** The steps in the rows of one input; none where there are several inputs. */
export function clockSteps(table: RequestTable): ClockStep[] {
  const steps: ClockStep[] = [];
  if (table.source.some((source) => source !== table.source[0])) return steps;
  let latest = Number.NEGATIVE_INFINITY;
  let behind = 0;
  for (let row = 0; row < table.length; row++) {
    const stamp = instantOf(table, row);
    if (stamp >= latest - CLOCK_STEP || Number.isNaN(stamp)) {
      // Two clocks that write in turn, an hour apart: nobody set either.
      if (steps.some(({ micros }) => Math.abs(stamp - latest - micros) < SAME * micros)) return [];
      behind = 0;
      if (stamp > latest) latest = stamp;
      continue;
    }
    behind++;
    if (behind < (row < table.length - 1 ? STEP_LINES : LAST_LINES)) continue;
    const first = row - behind + 1;
    // The tick in which the clock was set back is over.
    steps.push({ row: first, micros: latest - instantOf(table, first) + table.resolution[first] });
    latest = maxFrom(table, first, row);
    behind = 0;
  }
  return steps;
}

function maxFrom(table: RequestTable, first: number, last: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let row = first; row <= last; row++) {
    const stamp = instantOf(table, row);
    if (stamp > most) most = stamp;
  }
  return most;
}

/** By row: µs by which requests are put forward, to where they would be if the clock had never been set back. */
export function shiftsOf({ length }: RequestTable, steps: readonly ClockStep[]): Float64Array {
  const shift = new Float64Array(length);
  steps.forEach(({ row, micros }, k) => {
    shift.fill(micros + (k > 0 ? shift[row - 1] : 0), row);
  });
  return shift;
}

/** The same requests, put forward. */
export function continuedTable(table: RequestTable, shift: Float64Array): RequestTable {
  const later = (column: Float64Array) => putForward(column, shift);
  return { ...table, start: later(table.start), end: later(table.end), arrival: later(table.arrival) };
}

export const putForward = (column: Float64Array, shift: Float64Array): Float64Array =>
  column.map((micros, row) => micros + shift[row]);
