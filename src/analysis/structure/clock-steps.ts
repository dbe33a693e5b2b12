/**
 * A log whose clock was set back: lines behind a step are moved forward to where the log had come, the log is analysed as one, and the
 * results are moved back.
 */
import { type ClockStep, clockSteps, continuedTable, shiftsOf } from '../../core/clock-steps.ts';
import type { ServerInference, ServiceInference } from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import { countBelow } from '../../core/statistics.ts';
import { instantOf, type RequestTable } from '../../core/table.ts';

export interface ContinuedLog {
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  /** µs by which the last lines were moved forward. */
  readonly last: number;
  /** The result with all instants as they are in the log. */
  readonly restore: (inference: ServerInference) => ServerInference;
}

/** null: its clock was not set back. */
export function withoutClockSteps(table: RequestTable, lifecycle: readonly LifecycleEvent[]): ContinuedLog | null {
  const steps = clockSteps(table);
  if (steps.length === 0) return null;
  const shift = shiftsOf(table, steps);
  const rowBefore = ({ offset }: LifecycleEvent) =>
    Math.max(0, countBelow(table.length, (row) => table.offset[row], offset) - 1);
  return {
    table: continuedTable(table, shift),
    lifecycle: lifecycle.map((event) => ({ ...event, time: event.time + shift[rowBefore(event)] })),
    last: shift[table.length - 1],
    restore: (inference) => restored(inference, shift, beforeSteps(table, steps, shift)),
  };
}

/** Maps an instant of the continued log to that in the original one. */
function beforeSteps(
  table: RequestTable,
  steps: readonly ClockStep[],
  shift: Float64Array,
): (instant: number) => number {
  const begins = steps.map(({ row }) => instantOf(table, row) + shift[row]);
  return (instant) => {
    const passed = countBelow(begins.length, (k) => begins[k], instant + 1);
    return passed === 0 ? instant : instant - shift[steps[passed - 1].row];
  };
}

type Back = (instant: number) => number;

function restored(inference: ServerInference, shift: Float64Array, back: Back): ServerInference {
  const earlier = (column: Float64Array) => column.map((micros, row) => micros - shift[row]);
  const { requests } = inference;
  return {
    ...inference,
    requests: { ...requests, start: earlier(requests.start), end: earlier(requests.end) },
    servers: inference.servers.map((part) => ({
      ...part,
      inference: restored(
        part.inference,
        Float64Array.from(part.rows, (row) => shift[row]),
        back,
      ),
    })),
    regimes: inference.regimes.map((regime) => between(regime, back)),
    lives: inference.lives.map((life) => between(life, back)),
    service: busiestBack(inference.service, back),
  };
}

const between = <Span extends { readonly from: number; readonly to: number }>(span: Span, back: Back): Span => ({
  ...span,
  from: back(span.from),
  to: back(span.to),
});

function busiestBack(service: ServiceInference, back: Back): ServiceInference {
  const { bounds } = service;
  return bounds?.busiest ? { ...service, bounds: { ...bounds, busiest: between(bounds.busiest, back) } } : service;
}
