/** A window that begins while the pool is full says nothing of who was queued then; one that begins idle does. */
import { expect, test } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { meanOf } from '../../../../src/core/statistics.ts';
import { sliceRows } from '../../../../src/core/table.ts';
import { logOf, type ServerLog } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

/** A pool that can do forty requests a second. */
const logOfPhases = (...phases: { rate: number; seconds: number }[]): ServerLog => {
  const spec: ServerSpec = {
    seed: 5,
    kind: 'sync',
    workers: 8,
    threads: 1,
    service: { law: 'uniform', mean: 0.2 },
    load: { kind: 'poisson', phases },
    wakes: 'in-turn',
  };
  return logOf(spec, { pid: true, duration: true });
};
const waitOf = ({ input }: ServerLog, from: number, to: number, effort: 'live' | 'sample') =>
  inferServer({ ...input, table: sliceRows(input.table, from, to), effort }).wait;

const overloaded = logOfPhases({ rate: 44, seconds: 180 });
const calm = logOfPhases({ rate: 20, seconds: 180 });

test('in the middle of an overload the wait is unknown, not the little that the window shows', () => {
  for (const effort of ['live', 'sample'] as const) {
    const wait = waitOf(overloaded, 2000, 5000, effort);
    expect(wait.method).toBe('unknown');
    expect(wait.basis).toContain('full already');
  }
});

test('a window of a pool with idle slots keeps its wait', () => {
  const wait = waitOf(calm, 400, 3400, 'sample');
  expect(wait.method).toBe('inferred');
  expect(wait.mean).toBeLessThan(100_000);
});

test('a live view of an overload follows as many requests as it takes to begin where the pool was not full', () => {
  const { input, requests } = logOfPhases({ rate: 20, seconds: 60 }, { rate: 50, seconds: 14 });
  const { wait: inferred, requests: told } = inferServer({ ...input, effort: 'live' });
  expect(inferred.method).toBe('inferred');
  const followed = requests.filter((_, row) => Number.isFinite(told.wait[row]));
  const waits = followed.map(({ send, start }) => 1e6 * (start - send));
  const mean = waits.reduce((sum, one) => sum + one) / waits.length;
  // The overload has brought 700.
  expect(followed.length).toBeGreaterThanOrEqual(700);
  expect(followed.length).toBeLessThan(1200);
  expect(inferred.basis).toContain(`${followed.length} requests of the log`);
  expect(inferred.lowMean).toBeLessThan(mean);
  expect(inferred.highMean).toBeGreaterThan(mean);
});

test('who waits when the log ends is in no line of it: the report says so, and the range reaches further', () => {
  const { input } = logOfPhases({ rate: 20, seconds: 30 }, { rate: 50, seconds: 40 });
  const told = (to: number) => inferServer({ ...input, table: sliceRows(input.table, 0, to) }).wait;
  const cut = told(1800);
  expect(cut.basis).toContain('is still full when the log ends');
  expect(cut.confidence).toBeLessThan(0.8);
  expect(cut.highMean).toBeGreaterThan(5 * cut.mean);
  const calmEnd = logOfPhases({ rate: 20, seconds: 60 }).input;
  expect(inferServer(calmEnd).wait.basis).not.toContain('still full');
});

test('who waited when the first line of a saved log was written is in no line of it: its range holds them', () => {
  const { input, requests } = overloaded;
  const from = requests.length - 1000;
  const told = (first: number) =>
    inferServer({ ...input, table: sliceRows(input.table, first, first + 300), effort: 'full' }).wait;
  const truth = 1e6 * meanOf(Float64Array.from(requests.slice(from, from + 300), ({ start, send }) => start - send));
  const cut = told(from);
  expect(cut.highMean).toBeGreaterThan(truth);
  expect(cut.basis).toContain('callers who queued before the first line');
  // From its own first line on the log holds them all.
  expect(told(0).basis).not.toContain('before the first line');
});
