// What a server says of its slots cannot be less than what ran at once on the average.
import { describe, expect, it } from 'vitest';
import type { Declared } from '../../../../src/analysis/structure/declared.ts';
import { withoutDisproved } from '../../../../src/analysis/structure/disproved.ts';
import { exactly, type Structure } from '../../../../src/analysis/structure/structure.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';

/** Requests of 0.9 s a second, on each of the processes. */
const log = (pids: readonly number[]): string =>
  Array.from({ length: 60 }, (_, second) =>
    pids.map(
      (pid) =>
        `127.0.0.1 - - [20/Nov/2026:13:09:${String(second).padStart(2, '0')} +0000] "GET /net HTTP/1.1" 200 12 "-" "-" pid=<${pid}> us=900000`,
    ),
  )
    .flat()
    .join('\n');

const errors = [10, 11, 12]
  .map((pid) => `[2026-11-20 13:09:00 +0000] [9] [INFO] Booting worker with pid: ${pid}`)
  .concat('[2026-11-20 13:09:00 +0000] [9] [INFO] Using worker: sync')
  .join('\n');

it('two servers whose processes have the same ids are no pool of one of them', () => {
  const { workers, capacity, concurrency, wait } = inferLog(log([10, 11, 12, 10, 11, 12]), errors);
  expect(workers).toMatchObject({ value: null, low: 6 });
  expect(capacity).toMatchObject({ value: null, low: 6 });
  expect(concurrency.mean).toBeLessThanOrEqual(concurrency.peak);
  expect(wait.method).toBe('unknown');
});

it('a pool that is nearly always full is left alone', () => {
  expect(inferLog(log([10, 11, 12]), errors).capacity.value).toBe(3);
});

/** Six threads of one process, which five clients without a pause keep busy. */
const traceFor = (seconds: number) =>
  traceOf(
    logOf(
      {
        seed: 3,
        kind: 'gthread',
        workers: 1,
        threads: 6,
        service: { law: 'uniform', mean: 0.4 },
        load: { kind: 'closed', users: 5, think: 0.0005, seconds },
        wakes: 'random',
      },
      { pid: true, duration: true, tick: 0.001 },
    ).input.table,
  );
const told = (workers: number, threads: number, trace = traceFor(30), declared = {}) => {
  const structure: Structure = {
    model: 'threaded',
    confidence: 0.9,
    method: 'named',
    threads: exactly(threads, 0.9, 'named'),
    capacity: exactly(workers * threads, 0.9, 'named'),
    unbounded: false,
  };
  const shape = { structure, workers: exactly(workers, 0.9, 'named') };
  const { structure: left, workers: processes } = withoutDisproved(shape, trace, declared as Declared);
  return { capacity: left.capacity, workers: processes };
};

describe('five requests at once, all along', () => {
  it('are too many for four slots: five at least, and as many processes as hold them', () => {
    const { capacity, workers } = told(2, 2);
    expect(capacity).toMatchObject({ value: null, low: 5, high: null });
    expect(capacity.method).toContain('more than 4 slots hold');
    expect(workers).toMatchObject({ value: null, low: 3 });
  });

  it('fit on five and more', () => {
    expect(told(1, 5).capacity.value).toBe(5);
    expect(told(2, 3).capacity.value).toBe(6);
  });

  it('prove nothing in a few seconds, nor where the durations hold what is not work', () => {
    expect(told(2, 2, traceFor(3)).capacity.value).toBe(4);
    expect(told(2, 2, traceFor(30), { durationCovers: 'response' }).capacity.value).toBe(4);
  });
});
