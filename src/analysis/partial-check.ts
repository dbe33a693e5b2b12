/**
 * Checks that unpacked data are the state of a partial: kind, length and range of everything that is computed with. A file from elsewhere
 * may hold anything, and a wrong number must not cause an endless loop or a table of terabytes.
 */
import type { RequestTable } from '../core/table.ts';
import { PIECE_NUMBERS, RUN_NUMBERS } from './busiest-rows.ts';
import { MAX_STATUS } from './partial.ts';
import type { PartialState } from './partial-state.ts';
import { SAMPLED_REQUESTS } from './request-sample.ts';
import { METHOD_NUMBERS, SKETCH_CELLS } from './route-sketch.ts';
import { MAX_CELLS, STEPS } from './timeline.ts';

const NUMBERS_A_ROW = 5;
/** The largest number that is surely whole: an upper limit of counts and sums (µs, bytes). */
const LARGEST = Number.MAX_SAFE_INTEGER;
/** µs: years of four digits in any time zone. Such an instant may exceed 2^53 and be inexact, which harms nothing else. */
const LARGEST_INSTANT = 2.6e17;
/** Number of bins of a histogram that reaches 2^52 µs. */
const MAX_BIN = 64 * 47;

type Column = ArrayLike<number>;

function expect(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw new RangeError(`its ${what} cannot be`);
}

const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LARGEST;
/** NaN and infinities are allowed: they stand for "unknown" and "none yet". */
const isInstant = (value: number): boolean => !(Math.abs(value) > LARGEST_INSTANT) || !Number.isFinite(value);
const isSize = (value: number): boolean => !(value < 0 || value === Number.POSITIVE_INFINITY);
const all = (column: Column, test: (value: number) => boolean): boolean => {
  for (let i = 0; i < column.length; i++) if (!test(column[i])) return false;
  return true;
};

/** @throws RangeError that says which part is invalid */
export function checkState(state: PartialState, inputs: number): void {
  expect(typeof state === 'object' && state !== null, 'content');
  checkNames(state.names);
  checkTimeline(state.timeline);
  checkHistogram(state.unrouted);
  const { routes, threads, workers } = state.names;
  checkTotals(state.routes, routes.length, 'routes');
  checkTotals(state.workers, workers.length, 'workers');
  expect(Array.isArray(state.routeDurations), 'durations');
  state.routeDurations.forEach((durations, id) => {
    if (durations === null) return;
    expect(state.routes[id * NUMBERS_A_ROW] >= 0, 'durations');
    checkHistogram(durations);
  });
  expect(state.status instanceof Float64Array && state.status.length === MAX_STATUS, 'statuses');
  expect(all(state.status, isCount), 'statuses');
  checkStreams(state.streams, workers.length);
  checkLifecycle(state.lifecycle, inputs);
  checkTotalsOfAll(state.totals);
  const { retention, seen, horizon, rows, busiest, beginnings } = state.retained;
  const most = { inputs, routes: routes.length, threads: threads.length, workers: workers.length };
  const { busiestBlocks, blockBytes } = retention;
  const counts = [retention.all, retention.sample, busiestBlocks, blockBytes, seen];
  expect(counts.every(isCount) && blockBytes >= 1, 'rows');
  expect(typeof horizon === 'number' && !Number.isNaN(horizon), 'rows');
  expect(Array.isArray(beginnings) && beginnings.every((one) => isCount(one?.source) && isCount(one.offset)), 'rows');
  checkSample(state.sample, routes.length, inputs);
  if (state.sketch !== null) checkSketch(state.sketch);
  checkRows(rows, most);
  checkRows(busiest.rows, most);
  checkBusiest(busiest, state.streams.length, inputs);
}

function checkBusiest(
  { runs, pieces, rows }: PartialState['retained']['busiest'],
  streams: number,
  inputs: number,
): void {
  expect(runs instanceof Float64Array && runs.length % RUN_NUMBERS === 0, 'busiest rows');
  expect(pieces instanceof Float64Array && pieces.length % PIECE_NUMBERS === 0, 'busiest rows');
  let open = 0;
  for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
    const [stream, source, head, tail] = runs.subarray(at);
    expect([stream, source, head, tail].every(isCount) && stream < streams, 'busiest rows');
    expect(source < Math.max(1, inputs), 'busiest rows');
    open += head + tail;
  }
  let length = 0;
  for (let at = 0; at < pieces.length; at += PIECE_NUMBERS) {
    expect(isCount(pieces[at]) && isCount(pieces[at + 1]) && pieces[at + 1] >= 1, 'busiest rows');
    length += pieces[at + 1];
  }
  expect(open <= pieces.length / PIECE_NUMBERS && length === rows.length, 'busiest rows');
}

function checkSample(sample: PartialState['sample'], routes: number, inputs: number): void {
  const { hash, offset, source, route, duration } = sample;
  const columns = [
    [hash, Uint32Array],
    [offset, Float64Array],
    [source, Uint16Array],
    [route, Int32Array],
    [duration, Float64Array],
  ] as const;
  expect(
    columns.every(([column, kind]) => column instanceof kind && column.length === hash.length),
    'sample',
  );
  expect(hash.length <= SAMPLED_REQUESTS && all(offset, isCount) && all(duration, isInstant), 'sample');
  expect(all(source, (one) => one < Math.max(1, inputs)) && all(route, (id) => id >= -1 && id < routes), 'sample');
}

function checkSketch(sketch: NonNullable<PartialState['sketch']>): void {
  const { requests, errors, busyMicros, methods, smallest, durations } = sketch;
  const cells = [requests, errors, busyMicros];
  expect(
    [...cells, methods].every((column) => column instanceof Float64Array && all(column, isCount)),
    'routes',
  );
  expect(cells.every(({ length }) => length === SKETCH_CELLS) && methods.length === METHOD_NUMBERS, 'routes');
  expect(smallest instanceof Uint32Array && smallest.length <= SKETCH_CELLS, 'routes');
  checkHistogram(durations);
}

function checkNames(names: PartialState['names']): void {
  for (const kind of ['workers', 'threads', 'routes'] as const) {
    const list: unknown = names[kind];
    expect(Array.isArray(list) && list.every((name) => typeof name === 'string'), 'names');
  }
}

function checkTimeline({ from, stepSeconds, requests, errors, busyMicros }: PartialState['timeline']): void {
  const columns = [requests, errors, busyMicros];
  expect(Number.isFinite(from) && isInstant(from) && STEPS.includes(stepSeconds), 'timeline');
  expect(
    columns.every((column) => column instanceof Float64Array && column.length === requests.length),
    'timeline',
  );
  expect(requests.length <= MAX_CELLS && columns.every((column) => all(column, isCount)), 'timeline');
}

function checkHistogram({ pairs, sum, max }: PartialState['unrouted']): void {
  expect(pairs instanceof Float64Array && pairs.length % 2 === 0, 'histograms');
  for (let i = 0; i < pairs.length; i += 2) {
    expect(Number.isInteger(pairs[i]) && pairs[i] >= 0 && pairs[i] < MAX_BIN && isCount(pairs[i + 1]), 'histograms');
  }
  expect(isCount(sum) && Number.isFinite(max) && max >= -1, 'histograms');
}

function checkTotals(packed: Float64Array, names: number, what: string): void {
  expect(packed instanceof Float64Array && packed.length % NUMBERS_A_ROW === 0, what);
  expect(packed.length / NUMBERS_A_ROW <= names && all(packed, isInstant), what);
  for (let i = 0; i < packed.length; i += NUMBERS_A_ROW) {
    const [requests, errors, busy] = packed.subarray(i, i + 3);
    expect(Number.isNaN(requests) || (isCount(requests) && isCount(errors) && isCount(busy)), what);
  }
}

function checkStreams(streams: PartialState['streams'], workers: number): void {
  expect(Array.isArray(streams), 'formats');
  for (const { facts, requests, workers: named = [] } of streams) {
    expect(Array.isArray(named) && named.every((id) => Number.isInteger(id) && id >= 0 && id < workers), 'formats');
    const { format, resolutionMicros, fields } = facts;
    expect(typeof format === 'string' && isCount(resolutionMicros) && isCount(requests), 'formats');
    expect(
      ['start', 'end', 'response-start', 'arrival', null].includes(facts.stampMeaning) &&
        ['service', 'response', null].includes(facts.durationCovers),
      'formats',
    );
    expect(typeof fields === 'object' && fields !== null, 'formats');
  }
}

function checkLifecycle(events: PartialState['lifecycle'], inputs: number): void {
  expect(Array.isArray(events), 'lifecycle');
  const isText = (value: unknown) => value === null || typeof value === 'string';
  for (const { kind, time, offset, source, worker, value, text } of events) {
    expect(typeof kind === 'string' && isText(worker) && isText(text), 'lifecycle');
    expect(typeof time === 'number' && isInstant(time) && isCount(offset), 'lifecycle');
    expect(Number.isInteger(source) && source >= 0 && source < Math.max(1, inputs), 'lifecycle');
    expect(value === null || typeof value === 'number', 'lifecycle');
  }
}

function checkTotalsOfAll(totals: PartialState['totals']): void {
  const { lifecycleCount, requests, bytes, bytesKnown, first, last } = totals;
  expect([lifecycleCount, requests, bytes, bytesKnown].every(isCount), 'totals');
  expect(typeof first === 'number' && typeof last === 'number' && isInstant(first) && isInstant(last), 'totals');
}

function checkRows(
  rows: RequestTable,
  most: { inputs: number; routes: number; threads: number; workers: number },
): void {
  const { length, start, end, duration, measuredWait, arrival, resolution, bytes, offset } = rows;
  const isColumn = (column: unknown, kind: new (length: number) => Column) =>
    column instanceof kind && column.length === length;
  expect(Number.isInteger(length) && length >= 0, 'rows');
  for (const column of [start, end, duration, measuredWait, arrival, resolution, offset]) {
    expect(isColumn(column, Float64Array) && all(column, isInstant), 'rows');
  }
  expect(isColumn(bytes, Float64Array) && all(bytes, isSize), 'rows');
  const ids = { worker: most.workers, thread: most.threads, route: most.routes } as const;
  for (const name of ['worker', 'thread', 'route'] as const) {
    expect(isColumn(rows[name], Int32Array) && all(rows[name], (id) => id >= -1 && id < ids[name]), 'rows');
  }
  expect(isColumn(rows.client, Uint32Array) && isColumn(rows.status, Uint16Array), 'rows');
  expect(isColumn(rows.source, Uint16Array) && all(rows.source, (source) => source < Math.max(1, most.inputs)), 'rows');
}
