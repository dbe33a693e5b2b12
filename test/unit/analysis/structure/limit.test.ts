// A limit is what nothing breaks: requests that do not fit speak against it.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { limitOf, natsOf } from '../../../../src/analysis/structure/limit.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { logOf } from '../../../helpers/server-log.ts';

describe('the evidence against chance', () => {
  it('is as many nats as were due where none was seen', () => {
    expect(natsOf(7, 0)).toBe(7);
  });

  it('is next to nothing where nearly as many were seen', () => {
    expect(natsOf(7.3, 6)).toBeLessThan(0.2);
    expect(natsOf(6, 7.3)).toBe(0);
  });
});

describe('an event loop whose busiest moment is a few requests above its usual ones', () => {
  const phases = [20, 45].map((rate) => ({ rate, seconds: 40 }));
  const inputs = [17, 23, 28, 38].map((seed) => {
    const service = { law: 'exponential', mean: 0.6 } as const;
    const load = { kind: 'poisson', phases } as const;
    const spec = { seed, kind: 'gevent', workers: 2, threads: 1, wakes: 'random', service, load } as const;
    return logOf(spec, { pid: true, duration: true }).input;
  });

  it('has few such moments, however many requests lie in them', () => {
    for (const { table } of inputs) {
      const { expected, episodes } = limitOf(traceOf(table), true, 6);
      expect(expected).toBeGreaterThan(5);
      expect(episodes).toBeLessThan(0.5 * expected);
    }
  });

  it('is not surely a pool of threads', () => {
    for (const input of inputs) {
      const { model, modelConfidence, capacity } = inferServer(input);
      if (model === 'threaded') expect(modelConfidence).toBeLessThan(0.6);
      expect(capacity.value).toBeNull();
    }
  });
});

describe('threads whose callers come in crowds now and then', () => {
  it('are found by what each crowd would have needed within its second', () => {
    for (const seed of [1, 2, 3]) {
      const herds = Array.from({ length: 7 }, () => [
        { rate: 12, seconds: 9.95 },
        { rate: 120 / 0.05, seconds: 0.05 },
      ]).flat();
      const service = { law: 'lognormal', mean: 0.2, variation: 0.5 } as const;
      const load = { kind: 'poisson', phases: herds } as const;
      const spec = { seed, kind: 'gthread', workers: 3, threads: 4, wakes: 'random', service, load } as const;
      const { input } = logOf(spec, { pid: true, duration: true });
      const { model, threads, capacity } = inferServer(input);
      expect(model).toBe('threaded');
      expect(threads.value).toBe(4);
      expect(capacity.value).toBe(12);
    }
  });
});
