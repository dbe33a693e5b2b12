/** Lanes: how many it takes to hold a log's requests, when each may have run, and where it is drawn. */
import { expect, test } from 'vitest';
import { endBounds, endsInLanes, fewestLanes, misfits } from '../../../../src/analysis/structure/lanes.ts';
import { limitOf } from '../../../../src/analysis/structure/limit.ts';
import { placeOnLanes } from '../../../../src/analysis/structure/placed.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { type LogView, logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const busy: ServerSpec = {
  seed: 11,
  kind: 'sync',
  workers: 4,
  threads: 1,
  service: { law: 'uniform', mean: 0.55 },
  load: { kind: 'poisson', phases: [{ rate: 6.6, seconds: 90 }] },
  wakes: 'in-turn',
};
const full: LogView = { pid: true, duration: true };
const loop: ServerSpec = { ...busy, kind: 'gevent', workers: 1 };
const threads: ServerSpec = {
  ...busy,
  kind: 'gthread',
  workers: 1,
  threads: 8,
  load: { kind: 'poisson', phases: [{ rate: 13.5, seconds: 60 }] },
};

test('a busy sync pool needs one lane per worker, and as many lanes as workers in all', () => {
  const trace = traceOf(logOf(busy, full).input.table);
  expect(fewestLanes(trace, trace.worker, 4, 64)).toBe(1);
  expect(fewestLanes(trace, null, 1, 64)).toBe(4);
  expect(misfits(trace, null, 1, 3).requests).toBeGreaterThan(100);
});

test('threads of one worker need as many lanes as there are threads', () => {
  const trace = traceOf(logOf(threads, full).input.table);
  expect(fewestLanes(trace, trace.worker, 1, 64)).toBe(8);
});

test('a limit is told from a server that was asked for no more', () => {
  const limited = limitOf(traceOf(logOf(threads, full).input.table), true, 6);
  const open = limitOf(
    traceOf(logOf({ ...loop, load: { kind: 'poisson', phases: [{ rate: 13.5, seconds: 60 }] } }, full).input.table),
    true,
    6,
  );
  expect(limited.lanes).toBe(8);
  expect(limited.score).toBeGreaterThan(25);
  expect(open.score).toBeLessThan(5);
});

test('bounds of ends hold the truth, and lanes narrow them', () => {
  const log = logOf(busy, full);
  const trace = traceOf(log.input.table);
  const { early, late } = endBounds(trace, trace.worker, 4, 1);
  let inside = 0;
  let width = 0;
  for (let i = 0; i < trace.length; i++) {
    const truth = 1_700_000_000_000_000 + log.requests[i].end * 1e6;
    if (truth >= early[i] - 3_000 && truth <= late[i] + 3_000) inside++;
    width += (late[i] - early[i]) / trace.length;
  }
  expect(inside / trace.length).toBeGreaterThan(0.99);
  expect(width).toBeLessThan(300_000);
});

test('requests of a lane do not overlap, in the estimate and in the picture', () => {
  const { table } = logOf(busy, full).input;
  const trace = traceOf(table);
  const end = endsInLanes(trace, trace.worker, 4, 1);
  const start = end.map((value, i) => value - trace.duration[i]);
  const placed = placeOnLanes(table, start, end, () => 1, false);
  expect(placed.lanes).toHaveLength(4);
  const last = new Float64Array(4).fill(Number.NEGATIVE_INFINITY);
  const order = [...start.keys()].sort((a, b) => start[a] - start[b]);
  for (const i of order) {
    expect(start[i]).toBeGreaterThanOrEqual(last[placed.lane[i]] - 2_000);
    expect(placed.lanes[placed.lane[i]].worker).toBe(table.worker[i]);
    last[placed.lane[i]] = end[i];
  }
});

test('without a limit there are as many lanes as requests at once; a thread named in the line is its lane', () => {
  const { table } = logOf({ ...busy, seed: 3 }, full).input;
  const start = Float64Array.of(0, 1, 2, 50);
  const end = Float64Array.of(10, 12, 14, 60).map((value) => value * 1e6);
  const four = { ...table, length: 4, worker: new Int32Array(4), thread: Int32Array.of(7, 3, 7, 3) };
  expect([...placeOnLanes(four, start, end, () => null, false).lane]).toEqual([0, 1, 2, 3]);
  expect([...placeOnLanes(four, start, end, () => 2, true).lane]).toEqual([0, 1, 0, 1]);
  expect(placeOnLanes(four, start, end, () => 2, false).lanes).toHaveLength(2);
});

test('a request without a duration is placed by its worker alone', () => {
  const { table } = logOf(busy, { pid: true, duration: false }).input;
  const none = new Float64Array(table.length).fill(Number.NaN);
  const { lane, lanes } = placeOnLanes(table, none, table.end, () => null, false);
  expect(lanes.map((one) => one.slot)).toEqual([0, 0, 0, 0]);
  expect(lanes[lane[5]].worker).toBe(table.worker[5]);
});
