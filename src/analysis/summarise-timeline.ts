/** The timeline of the summary: requests, errors, busy slots and queue per step. */
import type { Summary } from '../core/summary.ts';
import { isoInstant, MICROS_PER_SECOND } from '../core/time.ts';
import type { SummariseInput } from './summarise.ts';
import { coarserView, Timeline } from './timeline.ts';

const MAX_STEPS = 4096;

export interface SummarisedTimeline {
  readonly timeline: Summary['timeline'];
  /** Requests per second in the step with the most requests; null: the log has no usable times. */
  readonly peakRate: number | null;
}

export function summariseTimeline(input: SummariseInput): SummarisedTimeline {
  const { partial } = input;
  const fine = partial.timeline.view();
  const length = fine.requests.length;
  if (length === 0) {
    const empty = { from: null, step_seconds: 1, requests: [], errors: [], busy: [], queue: [] };
    return { timeline: empty, peakRate: null };
  }
  const view = coarserView(fine, MAX_STEPS);
  const step = view.stepSeconds * MICROS_PER_SECOND;
  const sampled = !partial.retained.complete;
  const busy = sampled ? null : spread(input, view, inferredBusy);
  const queue = sampled ? null : spread(input, view, inferredQueue);
  const logged = partial.streams.some(({ facts }) => facts.durationCovers === 'service');
  const cells = (micros: Float64Array | null) =>
    Array.from(view.requests, (_, i) => (micros ? round(micros[i] / step) : null));
  return {
    timeline: {
      from: isoInstant(view.from),
      step_seconds: view.stepSeconds,
      requests: Array.from(view.requests),
      errors: Array.from(view.errors),
      busy: cells(busy ?? (logged ? view.busyMicros : null)),
      queue: cells(queue),
    },
    // If some lines have no time, the steps in which they came are unknown.
    peakRate: isTimed(partial.requests, fine.requests) ? highest(fine.requests) / fine.stepSeconds : null,
  };
}

/** Share of the requests that must have a time. */
const TIMED = 0.98;
const isTimed = (requests: number, placed: Float64Array): boolean =>
  placed.reduce((sum, count) => sum + count, 0) >= TIMED * requests;

const highest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);

/** Three decimals suffice for a mean number of slots, and keep the document small. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

type Interval = (input: SummariseInput, row: number) => readonly [from: number, to: number];

const inferredBusy: Interval = ({ inference: { requests } }, row) => [requests.start[row], requests.end[row]];

/** Little's law: the time spent waiting within a step, divided by its length, is the mean queue. */
const inferredQueue: Interval = ({ inference: { requests } }, row) => [
  requests.start[row] - requests.wait[row],
  requests.start[row],
];

/** µs of the intervals within each cell of the view; null: no row has an interval. */
function spread(
  input: SummariseInput,
  view: { from: number; stepSeconds: number; requests: Float64Array },
  interval: Interval,
): Float64Array | null {
  const timeline = new Timeline();
  let known = 0;
  for (let row = 0; row < input.requests.length; row++) {
    const between = interval(input, row);
    const from = between[0];
    const to = between[1];
    if (!(to >= from)) continue;
    known++;
    timeline.busy(from, to);
  }
  if (known === 0) return null;
  const micros = new Float64Array(view.requests.length);
  if (timeline.empty) return micros;
  const own = coarserView(timeline.view(), MAX_STEPS);
  const step = view.stepSeconds * MICROS_PER_SECOND;
  for (let i = 0; i < own.busyMicros.length; i++) {
    const cell = Math.floor((own.from + i * own.stepSeconds * MICROS_PER_SECOND - view.from) / step);
    if (cell >= 0 && cell < micros.length) micros[cell] += own.busyMicros[i];
  }
  return micros;
}
