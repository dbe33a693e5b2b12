/**
 * A partial as plain data: typed arrays, strings and numbers, for another thread (structured clone) or, packed by `partial-file.ts`, for
 * another machine.
 */
import type { StreamFacts } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { createNames } from '../core/names.ts';
import { DurationHistogram } from './histogram.ts';
import { Partial } from './partial.ts';
import type { SampleState } from './request-sample.ts';
import { RetainedRows, type RetainedState } from './retained-rows.ts';
import type { RouteSketch, SketchState } from './route-sketch.ts';
import type { TimelineView } from './timeline.ts';
import { Totals } from './totals.ts';

interface HistogramState {
  readonly pairs: Float64Array;
  readonly sum: number;
  readonly max: number;
}

export interface PartialState {
  readonly names: { readonly workers: string[]; readonly threads: string[]; readonly routes: string[] };
  readonly timeline: TimelineView;
  readonly unrouted: HistogramState;
  /** Five numbers per route (or worker): requests, errors, busyMicros, first, last. */
  readonly routes: Float64Array;
  /** By route id; null: no line of the route had a duration. */
  readonly routeDurations: (HistogramState | null)[];
  readonly workers: Float64Array;
  readonly status: Float64Array;
  /** `workers`: ids of those named by lines of this kind; missing in states of older versions. */
  readonly streams: { readonly facts: StreamFacts; readonly requests: number; readonly workers?: readonly number[] }[];
  readonly lifecycle: readonly LifecycleEvent[];
  readonly retained: RetainedState;
  readonly sample: SampleState;
  /** null: each route is counted in `routes`. */
  readonly sketch: (Omit<SketchState, 'durations'> & { readonly durations: HistogramState }) | null;
  readonly totals: {
    readonly lifecycleCount: number;
    readonly requests: number;
    readonly bytes: number;
    readonly bytesKnown: number;
    readonly first: number;
    readonly last: number;
  };
}

const histogramState = (histogram: DurationHistogram): HistogramState => ({
  pairs: histogram.toPairs(),
  sum: histogram.sum,
  max: histogram.max,
});

const histogramOf = ({ pairs, sum, max }: HistogramState): DurationHistogram =>
  DurationHistogram.fromPairs(pairs, sum, max);

function sketchState(sketch: RouteSketch): NonNullable<PartialState['sketch']> {
  const { durations, ...cells } = sketch.state();
  return { ...cells, durations: histogramState(durations) };
}

const textsOf = (dictionary: Dictionary): string[] =>
  Array.from({ length: dictionary.size }, (_, id) => dictionary.text(id));

const NUMBERS = 5;

/** Five numbers per id; NaN for ids without requests (e.g. a worker named only by a lifecycle line). */
function packTotals(rows: readonly (Totals | undefined)[]): Float64Array {
  const packed = new Float64Array(rows.length * NUMBERS).fill(Number.NaN);
  rows.forEach((row, id) => {
    if (row) packed.set([row.requests, row.errors, row.busyMicros, row.first, row.last], id * NUMBERS);
  });
  return packed;
}

function unpackTotals(packed: Float64Array, give: (id: number, totals: Totals) => void): void {
  for (let id = 0, at = 0; at < packed.length; id++, at += NUMBERS) {
    if (Number.isNaN(packed[at])) continue;
    const totals = new Totals();
    totals.requests = packed[at];
    totals.errors = packed[at + 1];
    totals.busyMicros = packed[at + 2];
    totals.first = packed[at + 3];
    totals.last = packed[at + 4];
    give(id, totals);
  }
}

export function stateOf(partial: Partial): PartialState {
  return {
    names: {
      workers: textsOf(partial.names.workers),
      threads: textsOf(partial.names.threads),
      routes: textsOf(partial.names.routes),
    },
    timeline: partial.timeline.view(),
    unrouted: histogramState(partial.routeCounts.unrouted),
    routes: packTotals(partial.routeCounts.routes),
    routeDurations: Array.from(partial.routeCounts.routes, (totals) =>
      totals?.durations ? histogramState(totals.durations) : null,
    ),
    workers: packTotals(partial.workers),
    status: partial.status,
    streams: partial.streams.map((stream) => ({
      ...stream,
      workers: [...stream.workers.keys()].filter((id) => stream.workers[id]),
    })),
    lifecycle: partial.lifecycle,
    retained: partial.retained.state(),
    sample: partial.sample.state(),
    sketch: partial.routeCounts.sketch && sketchState(partial.routeCounts.sketch),
    totals: {
      lifecycleCount: partial.lifecycleCount,
      requests: partial.requests,
      bytes: partial.bytes,
      bytesKnown: partial.bytesKnown,
      first: partial.first,
      last: partial.last,
    },
  };
}

export function partialOfState(state: PartialState): Partial {
  const partial = new Partial(createNames(Number.POSITIVE_INFINITY));
  for (const kind of ['workers', 'threads', 'routes'] as const) {
    // Two names of broken UTF-8 may read the same. As ids are positions, the second one gets a text of its own.
    const { [kind]: names } = partial.names;
    state.names[kind].forEach((text, id) => {
      if (names.add(text) < id) names.add(`${text}#${id}`);
    });
  }
  partial.timeline.merge(state.timeline);
  partial.routeCounts.unrouted = histogramOf(state.unrouted);
  unpackTotals(state.routes, (id, totals) => {
    const { [id]: durations } = state.routeDurations;
    partial.routeCounts.set(id, durations ? Object.assign(totals, { durations: histogramOf(durations) }) : totals);
  });
  unpackTotals(state.workers, (id, totals) => {
    partial.workers[id] = totals;
  });
  const { sketch } = state;
  if (sketch) partial.routeCounts.fold().merge({ ...sketch, durations: histogramOf(sketch.durations) });
  const sameIds = Int32Array.from(state.names.routes, (_, id) => id);
  partial.sample.merge(state.sample, sameIds, 0);
  partial.status.set(state.status);
  for (const { workers = [], ...stream } of state.streams) {
    const named: boolean[] = [];
    for (const id of workers) named[id] = true;
    partial.streams.push({ ...stream, workers: named });
  }
  partial.lifecycle.push(...state.lifecycle);
  partial.retained = RetainedRows.fromState(state.retained);
  return Object.assign(partial, state.totals);
}
