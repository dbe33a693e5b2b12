// Days of a server in production: more requests than are kept, most workers in none of those that are, and moments of several days.
import { expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.ts';
import { BEGIN_SECONDS, type Production, productionLog } from '../helpers/production-log.ts';
import { run } from '../helpers/run-program.ts';

const DAY = 86_400;

async function analysed(spec: Production) {
  const log = productionLog(spec);
  const { stdout } = await run(['analyze', '--json', '-'], { input: log.text });
  return { log, summary: JSON.parse(stdout) as Summary };
}

const idsOf = ({ findings }: Summary): string[] => findings.map(({ id }) => id);

it('counts the workers that were replaced, of whose requests none may be kept', async () => {
  const { log, summary } = await analysed({ seed: 1, days: 2, peakRate: 1.2, workers: 3, maxRequests: 800 });
  expect(summary.requests.total).toBe(log.requests);
  expect(log.requests).toBeGreaterThan(60_000);
  expect(summary.server.workers.value).toBe(3);
  expect(summary.server.restarts).toBe(log.pids - 3);
  expect(summary.workers.filter(({ fate }) => fate === 'running')).toHaveLength(3);
});

it('tells a slow backend of the second day by what is usual on all days, and no step', async () => {
  const slow = { from: DAY + 11.5 * 3600, to: DAY + 11.75 * 3600 };
  const { summary } = await analysed({ seed: 2, days: 2, peakRate: 6, workers: 3, maxRequests: 1000, slow });
  expect(idsOf(summary)).toContain('outage-behind');
  expect(idsOf(summary)).not.toContain('latency-step');
  const { evidence, from } = summary.findings.find(({ id }) => id === 'outage-behind')!;
  expect(Date.parse(from!) / 1000).toBeGreaterThan(BEGIN_SECONDS + slow.from - 30);
  expect(Date.parse(from!) / 1000).toBeLessThan(BEGIN_SECONDS + slow.from + 90);
  // Nine tenths of the peak and a little more come at half past eleven.
  expect(evidence.requests_per_second_before).toBeGreaterThan(4.5);
  expect(evidence.requests_per_second_before).toBeLessThan(7);
});

it('tells the two pools of a log in which a deploy adds workers, each by all of its requests', async () => {
  const { log, summary } = await analysed({ seed: 3, days: 3, peakRate: 1, workers: 3, workersLater: 6 });
  const { regimes = [] } = summary.server;
  expect(regimes.map(({ workers }) => workers)).toEqual([3, 6]);
  expect(Math.abs(Date.parse(regimes[1].from!) * 1000 - log.deploys[1])).toBeLessThan(120e6);
  const { detail, title } = summary.findings.find(({ id }) => id === 'pool-replaced')!;
  const mean = log.requests / (3 * DAY);
  const rates = [...detail.matchAll(/([\d.]+) requests\/s/g)].map(([, rate]) => Number(rate));
  expect(rates).toHaveLength(2);
  for (const rate of rates) expect(Math.abs(rate / mean - 1)).toBeLessThan(0.3);
  expect(title).toContain('3 sync workers');
  // Of all requests, 120 ms each, three workers are all busy for less than a hundredth of the time.
  expect(summary.concurrency.saturated_ratio).toBeLessThan(0.01);
});
