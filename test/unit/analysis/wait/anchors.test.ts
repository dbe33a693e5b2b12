// A few lines tell when their caller came: what is inferred of the others is held to them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

describe('lines whose caller came after the request began', () => {
  const load: Load = { kind: 'poisson', phases: [{ rate: 6, seconds: 30 }] };
  const service = { law: 'uniform', mean: 0.5 } as const;
  const spec: PoolSpec = { seed: 1, workers: 4, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
  /** Every fourth line tells its arrival; by a clock that is a minute ahead where `isAhead`. */
  const anchorsWhere = (isAhead: (k: number) => boolean) => {
    const { requests, table } = writeLog(simulatePool(spec), view, 1);
    for (let i = 0; i < requests.length; i += 4)
      table.arrival[i] = EPOCH + 1e6 * (requests[i].send + (isAhead(i / 4) ? 60 : 0));
    return anchorsOf(table, traceOf(table));
  };

  it("say that the clock is not the server's, and tell nothing", () => {
    expect(anchorsWhere(() => true)).toBeNull();
    expect(anchorsWhere((k) => k % 2 === 0)).toBeNull();
  });

  it('are left out where they are few', () => {
    const all = anchorsWhere(() => false);
    expect(all!.index.length).toBeGreaterThan(30);
    expect(anchorsWhere((k) => k === 3)!.index).toEqual(all!.index.filter((_, k) => k !== 3));
  });
});

describe('the range', () => {
  const load: Load = { kind: 'poisson', phases: [{ rate: 7.2, seconds: 60 }] };
  const service = { law: 'uniform', mean: 0.5 } as const;
  const spec: PoolSpec = { seed: 2, workers: 4, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
  const trace = traceOf(writeLog(simulatePool(spec), view, 2).table);
  const inferred = filteredWaits(trace, { slots: 4, queue: 'pool', onLanes: true }, how, false)!;
  /** Everybody waits for `micros` by the histories; twenty lines say for how long they did. */
  const heldTo = (micros: number, waits: readonly number[]) => {
    const summary = { ...inferred.summary, mean: micros, lowMean: 0, highMean: 60e6 };
    const index = waits.map((_, k) => k);
    const anchors = { index, wait: waits, arrival: waits.map(() => Number.NaN) };
    return heldToAnchors({ ...inferred, wait: inferred.wait.map(() => micros), summary }, anchors, trace).summary;
  };
  const twenty = (of: (k: number) => number) => Array.from({ length: 20 }, (_, k) => of(k));

  it('is as wide as the lines differ from what they should have waited, by batches of neighbours', () => {
    // Ten batches, half of them at 0.5 s and half at 1.5 s: a standard error of 0.17 s.
    const { mean, lowMean, highMean } = heldTo(
      1e6,
      twenty((k) => (k < 10 ? 0.5e6 : 1.5e6)),
    );
    expect(mean / 1e6).toBeCloseTo(1, 6);
    expect(lowMean / 1e6).toBeCloseTo(1 - 2.6 * 0.1667 - 0.005, 3);
    expect(highMean / 1e6).toBeCloseTo(1 + 2.6 * 0.1667 + 0.005, 3);
  });

  it('is not touched where the histories let nobody wait, which no factor mends', () =>
    expect(
      heldTo(
        1000,
        twenty(() => 0.5e6),
      ).highMean,
    ).toBe(60e6));
});
