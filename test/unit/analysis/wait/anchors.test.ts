// A few lines tell when their caller came: what is inferred of the others is held to them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { anchorsOf, heldToAnchors } from '../../../../src/analysis/wait/anchors.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { Load } from '../../../helpers/load.ts';
import { createRandom } from '../../../helpers/random.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';
import { EPOCH } from '../../../helpers/simulated-table.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
const how = { effort: 'sample', callers: 'not-asked' } as const;

/** Mean waits of four workers under a load, s: the true one, and as inferred without and with a tenth of the arrivals. */
function waitsOf(seed: number, load: Load) {
  const service = { law: 'uniform', mean: 0.5 } as const;
  const spec: PoolSpec = { seed, workers: 4, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
  const { requests, table } = writeLog(simulatePool(spec), view, seed);
  const random = createRandom(seed + 100);
  for (let i = 0; i < requests.length; i++) {
    if (random.next() < 0.1) table.arrival[i] = EPOCH + 1e6 * requests[i].send;
  }
  const trace = traceOf(table);
  const without = filteredWaits(trace, { slots: 4, queue: 'pool', onLanes: true }, how, false);
  const held = heldToAnchors(without!, anchorsOf(table, trace)!, trace);
  const waits = requests.map(({ start, send }) => start - send).sort((a, b) => a - b);
  const truth = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const p95 = waits[Math.floor(0.95 * waits.length)];
  return { truth, p95, without: without!.summary, held: held.summary };
}

it('brings the estimate nearer to the truth, in a narrower range that holds it', () => {
  let [far, near, held, heldP95] = [0, 0, 0, 0];
  const loads: Load[] = [
    { kind: 'poisson', phases: [{ rate: 7.2, seconds: 90 }] },
    { kind: 'batches', rate: 1 / 6, size: 14, seconds: 120 },
    { kind: 'closed', users: 7, think: 0.5, seconds: 70 },
  ];
  for (const load of loads) {
    for (let seed = 1; seed <= 4; seed++) {
      const waits = waitsOf(seed, load);
      far += Math.abs(Math.log(waits.without.mean / 1e6 / waits.truth));
      near += Math.abs(Math.log(waits.held.mean / 1e6 / waits.truth));
      const { lowMean, highMean } = waits.held;
      expect(highMean - lowMean).toBeLessThanOrEqual(waits.without.highMean - waits.without.lowMean);
      if (lowMean / 1e6 <= waits.truth && waits.truth <= highMean / 1e6) held++;
      const { lowP95, highP95 } = waits.held;
      if (lowP95 / 1e6 <= waits.p95 && waits.p95 <= highP95 / 1e6) heldP95++;
    }
  }
  expect(near).toBeLessThan(0.6 * far);
  expect(held).toBeGreaterThanOrEqual(11);
  expect(heldP95).toBeGreaterThanOrEqual(11);
});

it('a real log of which one line in eight has X-Request-Start', () => {
  const log = readFileSync('sample-logs/gunicorn-sync-3-request-start.log', 'utf8');
  const few = log.split('\n').map((line, i) => (i % 8 === 3 ? line : line.replace(/"t=[^"]*"$/, '"-"')));
  const { wait } = inferLog(few.join('\n'));
  expect(wait.basis).toContain('held to the waits that 51 lines tell');
  expect(wait.lowMean).toBeLessThan(127_400);
  expect(wait.highMean).toBeGreaterThan(127_400);
});

it('lines of a clock that is ahead tell nothing', () => {
  const load: Load = { kind: 'poisson', phases: [{ rate: 6, seconds: 30 }] };
  const service = { law: 'uniform', mean: 0.5 } as const;
  const spec: PoolSpec = { seed: 1, workers: 4, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
  const { requests, table } = writeLog(simulatePool(spec), view, 1);
  for (let i = 0; i < requests.length; i += 4) table.arrival[i] = EPOCH + 1e6 * (requests[i].send + 60);
  expect(anchorsOf(table, traceOf(table))).toBeNull();
});
