/** What histories say about the arrivals, and waits where the arrivals are logged. */
import { describe, expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { arrivalEvidence } from '../../../../src/analysis/wait/arrival-evidence.ts';
import { measuredWaits } from '../../../../src/analysis/wait/measured-waits.ts';
import type { Load } from '../../../helpers/load.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const spec = (seed: number, load: Load): PoolSpec => ({
  seed,
  workers: 4,
  threads: 1,
  queue: 'shared',
  service: { law: 'exponential', mean: 0.2 },
  load,
  overhead: 0.0004,
});

/** The true history of a pool as the only path. */
function evidenceOf(load: Load) {
  const requests = simulatePool(spec(11, load));
  const start = Float64Array.from(requests, (request) => request.start);
  const queued = Uint8Array.from(requests, (request) => (request.start - request.send > 0.002 ? 1 : 0));
  const duration = Float64Array.from(requests, (request) => request.end - request.start);
  return arrivalEvidence([{ start, queued }], [Int32Array.from(start.keys())], 4, duration);
}

describe('what the starts say of the arrivals', () => {
  const random = evidenceOf({ kind: 'poisson', phases: [{ rate: 16, seconds: 120 }] });
  const batches = evidenceOf({ kind: 'batches', rate: 2, size: 8, seconds: 120 });
  const closed = evidenceOf({ kind: 'closed', users: 12, think: 0.5, seconds: 120 });

  it('random callers come as often while the pool is full', () => {
    expect(Math.abs(random.logRatio)).toBeLessThan(0.25);
  });

  it('batches come while it is full, callers who wait for their answer while it is not', () => {
    expect(batches.logRatio).toBeGreaterThan(0.8);
    expect(closed.logRatio).toBeLessThan(random.logRatio);
  });

  it('bounds the wait from above', () => {
    const requests = simulatePool(spec(11, { kind: 'batches', rate: 2, size: 8, seconds: 120 }));
    const mean = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
    expect(batches.most).toBeGreaterThan(mean);
  });
});

describe('logged arrivals', () => {
  it('give the wait behind stamps of a second, through the chain of each worker', () => {
    const load: Load = { kind: 'poisson', phases: [{ rate: 15, seconds: 90 }] };
    const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
    const { requests, table } = writeLog(simulatePool(spec(3, load)), view, 3);
    requests.forEach(({ send }, i) => {
      table.arrival[i] = 1_700_000_000_000_000 + Math.round(send * 1e6);
    });
    const mean = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
    const estimate = (oneAtATime: boolean) => {
      const { wait = new Float64Array() } = measuredWaits(table, traceOf(table), oneAtATime, false) ?? {};
      return wait.reduce((sum, w) => sum + w, 0) / wait.length / 1e6;
    };
    expect(Math.abs(estimate(true) - mean)).toBeLessThan(0.01);
    // The middle of the windows alone is far off: a start is rarely half a tick late.
    expect(Math.abs(estimate(false) - mean)).toBeGreaterThan(0.05);
  });
});
