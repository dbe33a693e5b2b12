// Peaks of the day with a night between them: what callers waited in them does not depend on how long nobody came.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const peak = [
  { rate: 6, seconds: 30 },
  { rate: 18, seconds: 12 },
  { rate: 6, seconds: 40 },
];

it.each([1800, 86_400])('tells the waits of two peaks rightly over %i s of silence', (seconds) => {
  for (let seed = 1; seed <= 1; seed++) {
    const load = { kind: 'poisson', phases: [...peak, { rate: 1e-9, seconds }, ...peak] } as const;
    const service = { law: 'lognormal', mean: 0.2, variation: 0.5 } as const;
    const spec: ServerSpec = { kind: 'sync', wakes: 'random', threads: 1, seed, workers: 3, service, load };
    const { input, requests } = logOf(spec, { pid: true, duration: true, tick: 1 });
    const { wait, concurrency, requests: each } = inferServer(input);
    const truth = requests.reduce((sum, { start, send }) => sum + 1e6 * (start - send), 0) / requests.length;
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
    expect(wait.mean / truth).toBeGreaterThan(1 / 3);
    expect(wait.mean / truth).toBeLessThan(3);
    // A night is no time in which the pool was full: three workers, each at work for 0.2 s a request.
    expect(concurrency.saturatedMicros).toBeLessThan((requests.length * 0.25e6) / 3);
    expect(concurrency.saturatedMicros).toBeGreaterThan(10e6);
    // Each request stays where its stamp is.
    const off = each.end.map((at, i) => Math.abs(at - input.table.end[i]));
    expect(Math.max(...off)).toBeLessThan(2e6);
  }
});
