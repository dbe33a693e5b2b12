// Two days of one server, each with more requests than are kept, the second with a bad hour: the figures are those of all requests.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Diff } from '../../src/core/diff.ts';
import { type Answered, type Production, productionLog } from '../helpers/production-log.ts';
import { run } from '../helpers/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'days-'));

const days = (['before', 'after'] as const).map((name, k) => {
  const usual: Production = { seed: 21 + k, days: 1, peakRate: 3, workers: 3 };
  const bad = { from: 12 * 3600, to: 13 * 3600, route: '/search' };
  const log = productionLog(k === 0 ? usual : { ...usual, slow: bad });
  const path = join(folder, `${name}.log`);
  writeFileSync(path, log.text);
  return { log, path };
});

const meanOf = (some: readonly Answered[], seconds: (one: Answered) => number) =>
  some.reduce((sum, one) => sum + seconds(one), 0) / some.length;
const service = ({ start, end }: Answered) => end - start;
const wait = ({ came, start }: Answered) => start - came;

it('are told by all requests of both days, and the bad hour by its finding', async () => {
  const [before, after] = days;
  const { stdout } = await run(['diff', before.path, after.path, '--json']);
  const diff = JSON.parse(stdout) as Diff;
  for (const [side, { log }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    expect(log.requests).toBeGreaterThan(60_000);
    expect(Math.abs(diff.service_time_mean[side]! / meanOf(log.answered, service) - 1)).toBeLessThan(0.01);
    for (const name of ['GET /search', 'GET /api/items', 'POST /api/orders']) {
      const own = log.answered.filter(({ line }) => line === name);
      const route = diff.routes.find((one) => one.route === name)!;
      expect(route.requests[side]).toBe(own.length);
      expect(Math.abs(route.service_time_mean[side]! / meanOf(own, service) - 1)).toBeLessThan(0.01);
    }
    const [low, high] = diff.wait_mean_range[side]!;
    expect(low).toBeLessThanOrEqual(meanOf(log.answered, wait));
    expect(high).toBeGreaterThanOrEqual(meanOf(log.answered, wait));
    expect(diff.wait_mean[side]).toBeGreaterThanOrEqual(low);
    expect(diff.wait_mean[side]).toBeLessThanOrEqual(high);
  }
  expect(diff.findings.new).toContain('outage-behind');
  expect(diff.verdict).toContain('outage-behind');
  expect(diff.routes.find(({ route }) => route === 'GET /api/items')!.service_time_mean.change).toBe('same');
});
