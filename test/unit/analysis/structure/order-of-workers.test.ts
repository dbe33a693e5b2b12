// Pids without durations: how often workers repeat themselves says little where that is as chance has it.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';

it('workers that repeat themselves as often as by chance are told by the likelier reading, and it says so', () => {
  let asChance = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const service = { law: 'exponential', mean: 0.1 } as const;
    const load = { kind: 'poisson', phases: [{ rate: 6, seconds: 100 }] } as const;
    const spec = { seed, kind: 'gthread', workers: 4, threads: 4, wakes: 'random', service, load } as const;
    const { modelConfidence, modelMethod } = inferServer(logOf(spec, { pid: true, duration: false }).input);
    const found = /^(\d+) times two lines of one worker in a row, where chance gives (\d+)/.exec(modelMethod);
    if (!found || Math.abs(Number(found[1]) - Number(found[2])) > 5) continue;
    asChance++;
    expect(modelMethod).toMatch(/no more than the likelier of two readings$/);
    expect(modelConfidence).toBeLessThan(0.4);
  }
  expect(asChance).toBeGreaterThan(0);
});

/** One line for each letter, of worker a, b or c. */
const linesOf = (order: string): string =>
  [...order]
    .map(
      (worker) =>
        `127.0.0.2 - - [29/Nov/2026:05:42:50 +0000] "GET /io HTTP/1.1" 200 12 "-" "lab/1" pid=<${6969 - 'abc'.indexOf(worker)}>\n`,
    )
    .join('');

it('event loops that each end their requests in packs are no workers that take turns', () => {
  const sizes = [1, 13, 16, 15, 11, 12, 16, 3, 4, 6];
  const packs = sizes.map((size, k) => 'ab'[k % 2].repeat(size)).join('');
  // On a host short of processor time: packs, and turns for a while when both run.
  const packsAndTurns = `${'a'.repeat(12)}${'ba'.repeat(3)}${'b'.repeat(12)}`.repeat(10);
  for (const order of [packs, packsAndTurns]) {
    const { model, modelConfidence, capacity } = inferLog(linesOf(order));
    expect(model === 'sync' && modelConfidence > 0.6).toBe(false);
    expect(capacity.value).toBeNull();
  }
});

it('turns whose half returns nearly as well name no number of slots', () => {
  const eightEach = `${'a'.repeat(8)}${'b'.repeat(8)}${'c'.repeat(8)}`;
  expect(inferLog(linesOf(eightEach.repeat(20))).capacity.value).toBe(24);
  // Three processes of four threads: every second time the first two are done at once.
  const fourEach = 'aaaabbbbccccaabbaabbcccc';
  const { model, workers, capacity } = inferLog(linesOf(fourEach.repeat(20)));
  expect(model).toBe('threaded');
  expect(workers.value).toBe(3);
  expect(capacity).toMatchObject({ value: null, low: 3 });
});
