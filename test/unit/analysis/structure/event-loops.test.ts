// What is said of servers whose kind has no fixed slots: only what their requests show.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import type { LifecycleEvent } from '../../../../src/core/lifecycle.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const seeds = [1, 2, 3];
const base = { workers: 2, threads: 1, wakes: 'random' } as const;
const service = { law: 'exponential', mean: 0.06 } as const;
const poisson = (rate: number, seconds = 60) => ({ kind: 'poisson', phases: [{ rate, seconds }] }) as const;
const usingWorker: LifecycleEvent = {
  kind: 'model',
  time: Number.NaN,
  offset: 0,
  source: 0,
  worker: null,
  value: null,
  text: 'asgi',
};

/** With pids and durations; `says`: the server names its worker class. */
function inferred(spec: ServerSpec, says: boolean) {
  const { input } = logOf(spec, { pid: true, duration: true });
  return inferServer(says ? { ...input, lifecycle: [...input.lifecycle, usingWorker] } : input);
}

describe('async workers that every request blocks', () => {
  const spec = { ...base, kind: 'sync', service, load: poisson(29, 30) } as const;

  it('have as many slots as workers, whether or not the server names its kind', () => {
    for (const seed of seeds) {
      const alone = inferred({ ...spec, seed }, false);
      const named = inferred({ ...spec, seed }, true);
      expect([alone.model, alone.capacity.value]).toEqual(['sync', 2]);
      expect([named.model, named.threads.value, named.capacity.value]).toEqual(['async', 1, 2]);
      expect(named.wait.mean).toBe(alone.wait.mean);
      expect(named.modelMethod).toContain('no two of');
    }
  });

  it('are not made of two clients who keep a worker each busy', () => {
    for (const think of [0, 0.01, 0.06, 0.3]) {
      const load = { kind: 'closed', users: 2, think, seconds: 60 } as const;
      for (const seed of seeds) expect(inferred({ ...spec, seed, load }, true).capacity.value).toBeNull();
    }
  });
});

describe('async workers whose requests await', () => {
  it('are given no slots and no threads, and their requests no wait', () => {
    for (const rate of [4, 30, 200]) {
      for (const seed of seeds) {
        const server = inferred({ ...base, seed, kind: 'gevent', service, load: poisson(rate) }, true);
        expect([server.threads.value, server.capacity.value, server.wait.method]).toEqual([null, null, 'unknown']);
        expect(server.service.growth?.grows).not.toBe(true);
        expect(server.wait.basis).not.toMatch(/nobody|limit, so/);
      }
    }
  });
});

describe('durations', () => {
  const recorded = (name: string) =>
    inferLog(gunzipSync(readFileSync(new URL(`../../../faults/${name}.log.gz`, import.meta.url))).toString('utf8'));

  it('that grow with the number in flight hold a wait, and are called so', () => {
    const { service, wait, model } = recorded('loop-blocked-by-all');
    expect(model).toBe('async');
    expect(service.growth).toMatchObject({ grows: true });
    expect(service.basis).toContain('waited for each other');
    expect(wait).toMatchObject({ method: 'unknown', basis: expect.stringContaining('wait for each other') });
  });

  it('of a loop that was free do not, and that is said', () => {
    const log = readFileSync(new URL('../../../../sample-logs/gunicorn-gevent-2.log', import.meta.url), 'utf8');
    const { service, wait } = inferLog(log);
    expect(service.growth).toMatchObject({ grows: false });
    expect(wait.basis).toContain('as long among many as among few');
  });
});

describe('workers that say they are async, and never run more than five at once', () => {
  it('are said to have a limit, though not slots, also where a tick hides many requests', () => {
    for (const seed of seeds) {
      const short = { law: 'uniform', mean: 0.2 } as const;
      const spec = { ...base, seed, kind: 'gthread', threads: 5, service: short, load: poisson(45) } as const;
      const server = inferred(spec, true);
      expect(server.model).toBe('async');
      expect([server.capacity.value, server.capacity.low]).toEqual([null, 10]);
      expect(server.wait.basis).toMatch(/up to 5 requests of one worker run at once, never more/);
    }
  });
});

it('crowds that begin in the middle of a tick do not seem to queue inside the application', () => {
  const crowd = [
    { rate: 10_000, seconds: 0.02 },
    { rate: 1e-9, seconds: 4.98 },
  ];
  const told = [0.15, 0.3, 0.5, 0.7].map((phase, seed) => {
    const phases = [{ rate: 1e-9, seconds: 2 + phase }, ...Array.from({ length: 10 }, () => crowd).flat()];
    const load = { kind: 'poisson', phases } as const;
    return inferred({ ...base, kind: 'gevent', workers: 4, seed, service: { law: 'uniform', mean: 0.7 }, load }, true);
  });
  expect(told.map(({ service: { method, growth } }) => [method, growth?.grows ?? false])).toEqual(
    told.map(() => ['logged', false]),
  );
});
