// A clock that is set back in the middle of a log: what is told of the server and its queue is what would be told without it.
import { expect, it } from 'vitest';
import { inferServer } from '../../../src/analysis/infer-server.ts';
import { clockSteps } from '../../../src/core/clock-steps.ts';
import { logOf } from '../../helpers/server-log.ts';
import type { ServerSpec } from '../../helpers/simulate-server.ts';

const spec: ServerSpec = {
  seed: 3,
  kind: 'sync',
  wakes: 'random',
  workers: 4,
  threads: 1,
  service: { law: 'uniform', mean: 0.5 },
  load: { kind: 'poisson', phases: [{ rate: 7, seconds: 80 }] },
};
const { input, requests } = logOf(spec, { pid: true, duration: true });
const truth = requests.reduce((sum, { start, send }) => sum + 1e6 * (start - send), 0) / requests.length;

it.each([30, 3600])('set back by %i s', (seconds) => {
  const half = input.table.length >> 1;
  const back = (column: Float64Array) => column.map((micros, row) => (row < half ? micros : micros - 1e6 * seconds));
  const table = { ...input.table, start: back(input.table.start), end: back(input.table.end) };
  expect(clockSteps(table)).toHaveLength(1);
  const { model, capacity, wait, concurrency, requests: each } = inferServer({ ...input, table });
  expect(model).toBe('sync');
  expect(capacity.value).toBe(4);
  expect(wait.method).toBe('inferred');
  expect(wait.mean / truth).toBeGreaterThan(0.6);
  expect(wait.mean / truth).toBeLessThan(1.6);
  expect(concurrency.peak).toBe(4);
  // Each request stays where its stamp is.
  const off = each.end.map((at, row) => Math.abs(at - table.end[row]));
  expect(Math.max(...off)).toBeLessThan(2e6);
});

it('the first line behind a step is put into the tick behind the last one before it', () => {
  const half = input.table.length >> 1;
  const end = input.table.end.map((micros, row) => (row < half ? micros : micros - 3600e6));
  const [{ row, micros }] = clockSteps({ ...input.table, end });
  expect(row).toBe(half);
  const latest = end.subarray(0, half).reduce((most, at) => Math.max(most, at));
  expect(input.table.resolution[row]).toBe(1e6);
  expect(end[row] + micros - latest).toBe(1e6);
});

it('two clocks an hour apart in one log are no step of either', () => {
  const hour = (row: number) => (Math.floor(row / 150) % 2 === 1 ? 3600e6 : 0);
  expect(clockSteps({ ...input.table, end: input.table.end.map((micros, row) => micros - hour(row)) })).toEqual([]);
});

it('a few late lines, or lines that are late in turn, are no step', () => {
  const late = input.table.end.map((micros, row) => (row % 50 < 10 ? micros - 30e6 : micros));
  expect(clockSteps({ ...input.table, end: late })).toEqual([]);
  expect(clockSteps(input.table)).toEqual([]);
});

it('a late line behind a step does not make the next one look as if the clock had been put forward again', () => {
  const half = input.table.length >> 1;
  const end = input.table.end.map((micros, row) => (row < half ? micros : micros - 3600e6));
  // The step is noticed at this line.
  end[half + 99] -= 3400e6;
  expect(clockSteps({ ...input.table, end })).toHaveLength(1);
});
