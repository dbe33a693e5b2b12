// What a server says of its slots cannot be less than what ran at once on the average.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

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
