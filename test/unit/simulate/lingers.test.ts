// What holds sync workers after the answers of a route holds those of another pool as well.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/analyse.ts';
import { whatIf } from '../../../src/simulate/what-if.ts';
import { partialOfTexts } from '../../helpers/infer-log.ts';

/** Four sync workers behind slow readers, for whom they linger: 1.371 s on average between the connection and the view, by the views' own clock. */
const recorded = () => {
  const text = gunzipSync(readFileSync('test/faults/held-after-answer.log.gz')).toString();
  return analyse(partialOfTexts(text), { inputs: [], version: '0', howToLog: () => null, effort: 'full' });
};
const TRUE_MEAN = 1.371;

describe('workers that stay taken after the answers of a route', () => {
  it('make callers wait in the simulated pool as in the recorded one, and no threads', () => {
    const pools = [
      { model: 'sync', workers: 4, threads: 1 },
      { model: 'threaded', workers: 1, threads: 4 },
    ] as const;
    const { scenarios, assumptions } = whatIf(recorded(), { pools, targetP95WaitMicros: 200_000 });
    const [sync, threaded] = scenarios;
    expect(sync.wait.mean).toBeGreaterThan(TRUE_MEAN / 2);
    expect(sync.wait.mean).toBeLessThan(TRUE_MEAN * 2);
    expect(threaded.wait.mean).toBeLessThan(TRUE_MEAN / 4);
    // The answer is there before the worker is free again.
    expect(sync.latency.mean! - sync.wait.mean!).toBeLessThan(0.5);
    expect(assumptions.join(' ')).toContain('A sync worker stays taken for 1.9 s after each answer of GET /export');
  });
});
