// Which size is recommended, and where none is an answer.
import { describe, expect, it } from 'vitest';
import type { PoolMeasures } from '../../../src/simulate/measures.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { meets } from '../../../src/simulate/recommend.ts';
import { whatIf } from '../../../src/simulate/what-if.ts';
import { workloadOf } from '../../../src/simulate/workload.ts';
import { poisson, syncPool } from '../../helpers/traffic.ts';

const target = { targetP95WaitMicros: 200_000 };

const run = (p95: number) => ({ wait: { p95 } }) as PoolMeasures;

describe('a recommended pool', () => {
  it('is not one whose own number misses the target, though half of the repetitions keep it', () => {
    const result = workloadOf(syncPool(1, [{ at: 0, takes: 0.1 }]));
    const { workload } = result as Extract<typeof result, { workload: unknown }>;
    const keepsIt = (...runs: number[]) => {
      const scenario = { runs: runs.map(run), wider: runs.map(run), others: [], lopsided: [] };
      return meets(workload, { model: 'sync', workers: 1, threads: 1 }, scenario, 200_000, 0.5);
    };
    expect(keepsIt(100_000, 150_000, 180_000, 900_000)).toBe(true);
    expect(keepsIt(100_000, 150_000, 900_000, 4_000_000)).toBe(false);
  });
  it('is none where a multiple of the pool would stand idle but for one moment', () => {
    const calm = poisson(7, 0.3, 200, () => ({ takes: 0.3 }));
    const burst = Array.from({ length: 60 }, (_, i) => ({ at: 100 + i * 1e-3, takes: 0.4 }));
    const analysis = syncPool(3, [...calm, ...burst]);
    const { recommendation, assumptions } = whatIf(analysis, { pools: [], ...target });
    expect(recommendation).toBeNull();
    expect(assumptions.join(' ')).toMatch(
      /More slots are no remedy: \d+ sync workers instead of 3 sync workers would keep/,
    );
    expect(createPredictor(analysis).smallestPool(200_000)).toBeNull();
  });
  it('is none of a server whose limit the log does not show, and that is said', () => {
    const known = syncPool(
      4,
      poisson(3, 2, 200, () => ({ takes: 0.3 })),
    );
    const capacity = { ...known.inference.capacity, value: null };
    const unlimited = { ...known, inference: { ...known.inference, capacity } };
    const { recommendation, assumptions } = whatIf(unlimited, {
      pools: [{ model: 'sync', workers: 3, threads: 1 }],
      ...target,
    });
    expect(recommendation).toBeNull();
    expect(assumptions.at(-1)).toMatch(
      /^How many requests the server can run at once this log does not show.*: no pool is recommended/,
    );
  });
  it('is none of two requests, and that is said', () => {
    const calls = [1, 2].map((at) => ({ at, takes: 0.3 }));
    const { inference, ...known } = syncPool(1, calls);
    const few = { ...known, inference: { ...inference, capacity: { ...inference.capacity, value: null } } };
    const { recommendation, assumptions } = whatIf(few, { pools: [], ...target });
    expect(recommendation).toBeNull();
    expect(assumptions.at(-1)).toMatch(/^The requests are too few/);
  });
  it('is one all the same where the load itself needs a multiple of the pool', () => {
    const analysis = syncPool(
      1,
      poisson(8, 20, 100, () => ({ takes: 0.3 })),
    );
    const found = whatIf(analysis, { pools: [], ...target }).recommendation!;
    expect(found.workers).toBeGreaterThan(6);
  });
});

describe('the range of a prediction', () => {
  it('is the same whenever it is asked for, after whatever other pools', () => {
    const analysis = syncPool(
      2,
      poisson(9, 12, 60, () => ({ takes: 0.15 })),
    );
    const pool = (workers: number) => ({ model: 'sync', workers, threads: 1 }) as const;
    const atOnce = createPredictor(analysis).predict(pool(3))!;
    const { wide } = atOnce;
    const predictor = createPredictor(analysis);
    const late = predictor.predict(pool(3))!;
    for (const workers of [2, 4]) expect(predictor.predict(pool(workers))!.wide.waitP95[1]).toBeGreaterThanOrEqual(0);
    expect(late.wide).toEqual(wide);
    expect({ ...late }).toEqual({ ...atOnce });
    expect(structuredClone(late)).toEqual({ ...atOnce });
  });
});
