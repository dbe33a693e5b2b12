// Clients in turn keep a server as busy in one minute as in the next; callers who come as they like do not.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { variesMoreThanClients } from '../../../../src/analysis/structure/clients-in-turn.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { logOf } from '../../../helpers/server-log.ts';

const seeds = Array.from({ length: 8 }, (_, k) => k + 1);
const base = { kind: 'sync', workers: 1, threads: 1, wakes: 'random' } as const;
const service = { law: 'uniform', mean: 0.1 } as const;
const logged = { pid: true, duration: true } as const;

it('a worker that is busy for 85 % of the time, by callers at random, is one worker', () => {
  for (const seed of seeds) {
    const load = { kind: 'poisson', phases: [{ rate: 8.5, seconds: 100 }] } as const;
    const { input } = logOf({ ...base, seed, service, load }, logged);
    expect(variesMoreThanClients(traceOf(input.table), 1)).toBe(true);
    if (seed > 1) continue;
    const { model, capacity } = inferServer(input);
    expect([model, capacity.value]).toEqual(['sync', 1]);
  }
});

it('one client in a loop varies no more, wherever in its first tick the log begins', () => {
  for (const seed of seeds) {
    const load = { kind: 'closed', users: 1, think: 0.004, seconds: 100 } as const;
    const trace = traceOf(logOf({ ...base, seed, service, load }, logged).input.table);
    expect(variesMoreThanClients(trace, 1)).toBe(false);
  }
});
