// Behind a proxy whose log has arrivals and departures, the number of slots gives every start.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const pool = (seed: number): ServerSpec => ({
  seed,
  kind: 'sync',
  workers: 2 + (seed % 3),
  threads: 1,
  service: { law: 'uniform', mean: 1 },
  load: { kind: 'poisson', phases: [{ rate: 0.85 * (2 + (seed % 3)), seconds: 200 }] },
  wakes: 'random',
});
const seeds = Array.from({ length: 20 }, (_, k) => 700 + k);

it.each([
  { tick: 1, least: 4 },
  { tick: 0.001, least: 12 },
])(
  'stamps of $tick s tell the slots of at least $least of 20 pools, and how long each caller waited',
  ({ tick, least }) => {
    let told = 0;
    for (const seed of seeds) {
      const { input, requests } = logOf(pool(seed), { pid: false, duration: true, proxy: true, tick });
      const { wait, capacity, requests: each, service } = inferServer(input);
      if (wait.method !== 'inferred') continue;
      told++;
      const truth = requests.map(({ start, send }) => 1e6 * (start - send));
      const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
      expect(capacity.value).toBe(2 + (seed % 3));
      expect(wait.lowMean).toBeLessThan(mean);
      expect(wait.highMean).toBeGreaterThan(mean);
      // The wait and the work make up what the proxy logged.
      const work = each.end.reduce((sum, end, i) => sum + end - each.start[i], 0) / truth.length;
      expect(Math.abs(work / 1e6 - 1)).toBeLessThan(0.15);
      expect(Math.abs(work / service.mean - 1)).toBeLessThan(0.05);
      const off = truth.reduce((sum, micros, i) => sum + Math.abs(each.wait[i] - micros), 0) / truth.length;
      expect(off).toBeLessThan(0.35e6 * tick + 5_000);
    }
    expect(told).toBeGreaterThanOrEqual(least);
  },
);

it('stamps of a second tell the slots of pools whose requests take a fifth of it, by what the blur makes of each number', () => {
  let told = 0;
  for (const seed of seeds.slice(0, 12)) {
    const workers = 2 + (seed % 4);
    const service = { law: 'exponential', mean: 0.2 } as const;
    const load = { kind: 'poisson', phases: [{ rate: 4.4 * workers, seconds: 120 }] } as const;
    const spec = { ...pool(seed), workers, service, load };
    const { input, requests } = logOf(spec, { pid: false, duration: true, proxy: true, tick: 1 });
    const { wait, capacity } = inferServer(input);
    if (capacity.value === null) continue;
    told++;
    if (capacity.confidence >= 0.6) expect(capacity.value).toBe(workers);
    expect(capacity.low).toBeLessThanOrEqual(workers);
    expect(capacity.high).toBeGreaterThanOrEqual(workers);
    const mean = requests.reduce((sum, { start, send }) => sum + 1e6 * (start - send), 0) / requests.length;
    expect(wait.lowMean).toBeLessThan(mean);
    expect(wait.highMean).toBeGreaterThan(mean);
  }
  expect(told).toBeGreaterThanOrEqual(7);
});

it('servers that set no limit get no slots from stamps of a second', () => {
  for (const seed of seeds.slice(0, 6)) {
    const service = { law: 'exponential', mean: 0.2 } as const;
    const load = { kind: 'poisson', phases: [{ rate: 18, seconds: 120 }] } as const;
    const open = logOf(
      { ...pool(seed), kind: 'gevent', service, load },
      { pid: false, duration: true, proxy: true, tick: 1 },
    );
    expect(inferServer(open.input).capacity.value).toBeNull();
  }
});
