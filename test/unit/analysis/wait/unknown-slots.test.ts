// Slots that may be more than were seen: what callers waited at most is known all the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const told = (spec: Omit<ServerSpec, 'wakes' | 'service'>, pid: boolean) => {
  const service = { law: 'uniform', mean: 0.3 } as const;
  const { input, requests } = logOf({ ...spec, service, wakes: 'random' }, { pid, duration: true });
  const { capacity, wait } = inferServer(input);
  const truth = (1e6 * requests.reduce((sum, { start, send }) => sum + start - send, 0)) / requests.length;
  return { capacity, wait, truth };
};

describe('of threads that were never seen to be no more', () => {
  const load = { kind: 'poisson', phases: [{ rate: 7, seconds: 80 }] } as const;
  const each = [1, 2, 3, 4].map((seed) => told({ seed, kind: 'gthread', workers: 2, threads: 4, load }, true));

  it('the waits lie between none and what as many slots as were seen would have made', () => {
    for (const { capacity, wait, truth } of each) {
      expect(capacity.value).toBeNull();
      expect(wait.method).toBe('inferred');
      expect(wait.basis).toMatch(/in each worker .*, if there are no more/);
      expect(wait.lowMean).toBe(0);
      expect(wait.highMean).toBeGreaterThan(truth);
      expect(wait.confidence).toBeLessThan(0.9);
    }
  });

  it('nothing is said of when all were taken', () => {
    for (const { wait } of each) expect(wait.full).toBeNaN();
  });
});

describe('of a few slots without worker ids', () => {
  it('the waits lie below what several queues would have made of them', () => {
    const load = { kind: 'poisson', phases: [{ rate: 4, seconds: 90 }] } as const;
    for (const seed of [1, 2, 3]) {
      const { capacity, wait, truth } = told({ seed, kind: 'sync', workers: 3, threads: 1, load }, false);
      expect(capacity.confidence).toBeLessThan(0.9);
      expect(wait.method).toBe('inferred');
      expect(wait.lowMean).toBe(0);
      expect(wait.highMean).toBeGreaterThan(truth);
      expect(Math.abs(wait.mean - truth)).toBeLessThan(60_000);
    }
  });
});

it('of what is rather an event loop with few clients, nothing', () => {
  const load = { kind: 'closed', users: 5, think: 0.3, seconds: 80 } as const;
  for (const seed of [1, 3]) {
    const { capacity, wait } = told({ seed, kind: 'gevent', workers: 1, threads: 1, load }, true);
    expect(capacity.value).toBeNull();
    expect(wait.method).toBe('unknown');
  }
});

it('of the first seven answers of an event loop, which two workers in turn could have given, it stays open whether anybody waited', () => {
  const log = readFileSync(join(import.meta.dirname, '../../../../sample-logs/gunicorn-gevent-2.log'), 'utf8');
  const { capacity, wait } = inferLog(log.split('\n').slice(0, 7).join('\n'));
  expect([capacity.value, capacity.confidence]).toEqual([2, 0.5]);
  expect(wait.lowMean).toBe(0);
  expect(wait.basis).toMatch(/or nobody waited, if there are more slots/);
});
