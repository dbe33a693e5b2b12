// A few clients who each wait for their answer bound the requests in flight as threads do: the log does not tell which.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { declaredBy } from '../../../../src/analysis/structure/declared.ts';
import { exactly } from '../../../../src/analysis/structure/structure.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { structureByWorker } from '../../../../src/analysis/structure/with-durations.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const seeds = Array.from({ length: 12 }, (_, k) => k + 1);
const base = { workers: 1, threads: 4, wakes: 'random' } as const;
const service = { law: 'uniform', mean: 0.9 } as const;
const inferred = (spec: ServerSpec, pid = true) => inferServer(logOf(spec, { pid, duration: true }).input);

describe('nine clients with pauses', () => {
  const load = { kind: 'closed', users: 9, think: 0.7, seconds: 90 } as const;

  it('make no threads of an event loop', () => {
    for (const seed of seeds) {
      const server = inferred({ ...base, seed, kind: 'gevent', service, load });
      expect([server.model, server.capacity.value]).not.toEqual(['threaded', expect.any(Number)]);
      if (server.model === 'threaded') expect(server.modelConfidence).toBeLessThan(0.6);
    }
  });

  it('are seen beside the threads that they fill', () => {
    const found = seeds.map((seed) => inferred({ ...base, seed, kind: 'gthread', service, load }).capacity.value);
    expect(found.filter((slots) => slots === 4).length).toBeGreaterThanOrEqual(11);
    expect(found.filter((slots) => slots !== null && slots !== 4)).toEqual([]);
  });
});

it('two dozen clients of an event loop are no pool where most requests are much shorter than a tick', () => {
  const mixed = { law: 'two-routes', mean: 0.055, slow: 1.6, share: 0.2 } as const;
  const load = { kind: 'closed', users: 23, think: 0.09, seconds: 40 } as const;
  for (const seed of seeds.slice(0, 8)) {
    const { modelConfidence, capacity } = inferred({ ...base, seed, kind: 'gevent', service: mixed, load }, false);
    expect(modelConfidence).toBeLessThan(0.6);
    expect(capacity.value).toBe(null);
  }
});

it('callers at random do not cast doubt on a limit', () => {
  for (const seed of seeds) {
    const load = { kind: 'poisson', phases: [{ rate: (0.9 * 4) / 0.9, seconds: 90 }] } as const;
    const { capacity, modelMethod } = inferred({ ...base, seed, kind: 'gthread', service, load });
    expect(modelMethod).not.toContain('clients');
    expect([4, null]).toContain(capacity.value);
  }
});

describe('callers who ask again as soon as they are answered', () => {
  const short = { law: 'lognormal', mean: 0.06, variation: 0.6 } as const;
  const callers = (users: number, seconds = 60) => ({ kind: 'closed', users, think: 0.004, seconds }) as const;
  const few = seeds.slice(0, 6);

  it('show no limit of a server that could run more: one alone, and several', () => {
    for (const seed of few) {
      for (const seconds of [15, 30, 60]) {
        for (const pid of [true, false]) {
          const load = callers(1, seconds);
          const { capacity, wait } = inferred({ ...base, seed, kind: 'gthread', service: short, load }, pid);
          expect([capacity.value, wait.lowMean || 0]).toEqual([null, 0]);
        }
      }
      for (const pid of [true, false]) {
        const four = inferred(
          { ...base, seed, kind: 'gevent', service: { ...short, mean: 0.2 }, load: callers(4) },
          pid,
        );
        expect(four.capacity.value).toBe(null);
      }
    }
  });

  it('as many as there are workers may be all callers, of whom none waits', () => {
    for (const seed of few) {
      const spec = {
        ...base,
        workers: 3,
        threads: 1,
        seed,
        kind: 'sync',
        service: { ...short, mean: 0.2 },
        load: callers(3, 30),
      } as const;
      const { capacity, wait } = inferred(spec);
      expect([capacity.value, wait.lowMean, wait.lowP95]).toEqual([3, 0, 0]);
    }
  });

  it('are no reading of a worker that takes request after request from a queue', () => {
    for (const seed of few) {
      const load = { kind: 'poisson', phases: [{ rate: 1.3 / 0.06, seconds: 30 }] } as const;
      const { model, capacity, wait } = inferred({ ...base, threads: 1, seed, kind: 'sync', service: short, load });
      expect([model, capacity.value]).toEqual(['sync', 1]);
      // As many callers in a loop would keep it as full: nobody need have waited.
      expect(wait.lowMean).toBe(0);
    }
  });
});

describe('forty clients with pauses and two workers', () => {
  const service = { law: 'lognormal', mean: 0.25, variation: 0.9 } as const;
  const pool = { workers: 2, wakes: 'random', service } as const;
  const closed = (users: number, think: number) => ({ kind: 'closed', users, think, seconds: 50 }) as const;
  const structureOf = (spec: ServerSpec) => {
    const { input } = logOf(spec, { pid: true, duration: true });
    const workers = exactly(2, 0.97, 'pids seen');
    return structureByWorker(traceOf(input.table), workers, declaredBy(input.streams, []), 6);
  };

  it('make no threads of event loops, where the order of the lines is believed', () => {
    const loops = (seed: number): ServerSpec => ({ ...pool, threads: 1, seed, kind: 'gevent', load: closed(40, 0.2) });
    const inOrder = seeds.filter(
      (seed) => traceOf(logOf(loops(seed), { pid: true, duration: true }).input.table).ordered,
    );
    expect(inOrder.length).toBeGreaterThanOrEqual(10);
    for (const seed of inOrder) {
      const server = structureOf(loops(seed));
      expect(server.capacity.value).toBeNull();
      if (server.model === 'threaded') expect(server.confidence).toBeLessThan(0.6);
    }
  });

  it('are seen beside the threads that they fill, as callers at random are', () => {
    const loads = [closed(16, 0.2), { kind: 'poisson', phases: [{ rate: 24, seconds: 60 }] }] as const;
    for (const load of loads) {
      const found = seeds.map((seed) => structureOf({ ...pool, threads: 4, seed, kind: 'gthread', load }));
      expect(found.filter(({ capacity }) => capacity.value === 8).length).toBeGreaterThanOrEqual(10);
    }
  });
});
