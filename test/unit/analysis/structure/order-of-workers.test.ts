// Pids without durations: how often workers repeat themselves says little where that is as chance has it.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
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
