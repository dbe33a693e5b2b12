/** The small tools the structure is built from: order, levels, quantiles, clock steps, double logs. */
import { expect, test } from 'vitest';
import { evidencePart } from '../../../../src/analysis/structure/evidence-part.ts';
import { levelQuantile, levelsOf } from '../../../../src/analysis/structure/levels.ts';
import { orderOf } from '../../../../src/analysis/structure/order.ts';
import { tellingRows } from '../../../../src/analysis/structure/telling-rows.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { selectRows } from '../../../../src/core/table.ts';
import { logOf } from '../../../helpers/server-log.ts';

const base = logOf(
  {
    seed: 5,
    kind: 'sync',
    workers: 3,
    threads: 1,
    service: { law: 'uniform', mean: 0.3 },
    load: { kind: 'poisson', phases: [{ rate: 6, seconds: 60 }] },
    wakes: 'in-turn',
  },
  { pid: true, duration: true },
).input.table;

test('indices come in the order of the values, ties in the order of the indices', () => {
  expect([...orderOf(Float64Array.of(3, 1, 2, 1, -5))]).toEqual([4, 1, 3, 2, 0]);
  expect([...orderOf(Float64Array.of())]).toEqual([]);
  const instants = Float64Array.from({ length: 500 }, (_, i) => 1.7e15 + ((i * 7919) % 500) * 1e6);
  const sorted = [...orderOf(instants)].map((i) => instants[i]);
  expect(sorted).toEqual([...instants].sort((a, b) => a - b));
});

test('levels count the requests in service, the starts that found each level and the time spent there', () => {
  const levels = levelsOf(Float64Array.of(0, 1, 2, 10), Float64Array.of(4, 3, 5, 12), 0);
  expect(levels.peak).toBe(3);
  expect([...levels.time]).toEqual([5, 1 + 1 + 2, 2, 1]);
  expect([...levels.starts]).toEqual([2, 1, 1, 0]);
  expect(levels.mean).toBeCloseTo((4 + 2 + 3 + 2) / 12);
  expect(levelQuantile(levels, 0.4)).toBe(0);
  expect(levelQuantile(levels, 1)).toBe(3);
});

test('an overlap shorter than the tolerance is no overlap', () => {
  expect(levelsOf(Float64Array.of(0, 9.9), Float64Array.of(10, 20), 0).peak).toBe(2);
  expect(levelsOf(Float64Array.of(0, 9.9), Float64Array.of(10, 20), 0.2).peak).toBe(1);
});

test('evidence is taken from the busiest rows of a long log', () => {
  const rows = Array.from({ length: base.length }, (_, i) => i);
  const ramp = selectRows(base, rows);
  for (let i = 0; i < 200; i++) ramp.duration[i] /= 10;
  expect(evidencePart(ramp, 100).offset[0]).toBeGreaterThanOrEqual(base.offset[200 - 20]);
  expect(evidencePart(base, 10_000)).toBe(base);
});

test('of a server log and its proxy log only the one that tells more is read', () => {
  const proxy = selectRows(
    base,
    Array.from({ length: base.length }, (_, i) => i),
  );
  proxy.worker.fill(-1);
  proxy.source.fill(1);
  const both = selectRows(
    base,
    Array.from({ length: base.length * 2 }, (_, i) => i >> 1),
  );
  for (let i = 1; i < both.length; i += 2) {
    both.worker[i] = -1;
    both.source[i] = 1;
  }
  const rows = tellingRows(both);
  expect(rows).not.toBeNull();
  expect([...(rows as Int32Array)].every((row) => row % 2 === 0)).toBe(true);
  expect(rows?.length).toBe(base.length);
  expect(tellingRows(base)).toBeNull();
});

test('a trace keeps ends inside their tick and in the order of the lines', () => {
  const trace = traceOf(base);
  expect(trace.ordered && trace.hasDurations && trace.hasWorkers).toBe(true);
  for (let i = 0; i < trace.length; i++) {
    expect(trace.end[i]).toBeGreaterThanOrEqual(base.end[i]);
    expect(trace.end[i]).toBeLessThanOrEqual(base.end[i] + 1e6);
    if (i > 0) expect(trace.end[i]).toBeGreaterThanOrEqual(trace.end[i - 1]);
  }
});

test('a duration of nearly a day is a clock that was set back, not a request', () => {
  const rows = selectRows(
    base,
    Array.from({ length: base.length }, (_, i) => i),
  );
  rows.duration[7] = 86_399_750_000;
  expect(traceOf(rows).length).toBe(base.length - 1);
});
