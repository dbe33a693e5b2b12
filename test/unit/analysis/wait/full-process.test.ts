// Two processes of two threads under a ramp, of which one had taken three quarters of the connections: its queue outlived the load by 30 s.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { fullProcess } from '../../../../src/analysis/wait/full-process.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';

const folder = join(import.meta.dirname, '../../../accuracy/recordings/gunicorn-gthread-2x2-uneven-ramp');
const text = readFileSync(join(folder, 'access.log'), 'utf8');
const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'));

it('without worker ids the range holds the queue of one process that was full while the other idled', () => {
  const { wait } = inferLog(text.replaceAll(/ pid=<\d+>/g, ''));
  expect(wait.basis).toContain('as if a process of so many was full and kept a queue of its own');
  expect(wait.highMean).toBeGreaterThan(1e6 * truth.wait_seconds.mean);
  expect(wait.highP95).toBeGreaterThan(1e6 * truth.wait_seconds.p95);
});

it('callers at random do not look like a full process', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const load = { kind: 'poisson', phases: [{ rate: 2 + (seed % 4), seconds: 200 }] } as const;
    const service = { law: 'exponential', mean: 0.7 } as const;
    const spec = { seed, kind: 'gthread', workers: 2, threads: 4, service, load, wakes: 'random' } as const;
    expect(fullProcess(traceOf(logOf(spec, { pid: false, duration: true, tick: 1 }).input.table), 8)).toBeNull();
  }
});
