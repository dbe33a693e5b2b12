// The summary of logs that are easily summed up wrongly: no durations, or every request written twice.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/analyse.ts';
import { partialOfTexts } from '../../helpers/infer-log.ts';

const summaryOf = (...texts: string[]) =>
  analyse(partialOfTexts(...texts), { inputs: [], version: '0', howToLog: () => null, effort: 'full' }).summary;

const sample = (name: string) => readFileSync(new URL(`../../../sample-logs/${name}`, import.meta.url), 'utf8');

/** `rounds` rounds of four requests that take `seconds` each, stamped at their ends, without pid or duration. */
const roundsOfFour = (rounds: number, seconds: number) =>
  Array.from({ length: 4 * rounds }, (_, i) => {
    const stamp = new Date(Date.UTC(2024, 9, 29, 17, 4, 15) + Math.floor((Math.floor(i / 4) + 1) * seconds) * 1000);
    return `127.0.0.1 - - [29/Oct/2024:${stamp.toISOString().slice(11, 19)} +0000] "GET /io HTTP/1.1" 200 12\n`;
  }).join('');

describe('a log of rounds without durations', () => {
  it('is never full for longer than it lasts: the first round began before its stamps', () => {
    for (const rounds of [4, 16, 25]) {
      const { window, concurrency, requests } = summaryOf(roundsOfFour(rounds, 1));
      expect(concurrency.saturated_seconds).toBeCloseTo(rounds, 3);
      expect(window.seconds).toBeGreaterThanOrEqual(concurrency.saturated_seconds! - 1e-6);
      expect(requests.rate.mean).toBeCloseTo(4, 3);
    }
  });
});

describe("a server's log read together with its proxy's", () => {
  const server = sample('gunicorn-sync-2-behind-nginx.log');
  const alone = summaryOf(server);
  const both = summaryOf(server, sample('nginx-in-front-of-sync-2.log'));

  it('has the service times of the server alone, not those of the answers at the proxy', () => {
    expect(alone.service_time.mean).toBeGreaterThan(0);
    for (const key of ['mean', 'p50', 'p95', 'p99', 'max'] as const)
      expect(both.service_time[key]).toBeCloseTo(alone.service_time[key]!, 6);
    expect(both.throughput.ceiling_per_second).toBeCloseTo(alone.throughput.ceiling_per_second!, 6);
  });

  it('has them by route as well', () => {
    for (const { route, service_time, busy_ratio } of alone.routes) {
      const same = both.routes.find((other) => other.route === route)!;
      expect(same.service_time).toEqual(service_time);
      expect(same.busy_ratio).toBeCloseTo(busy_ratio!, 6);
    }
  });
});

describe('a log of which a part has no durations', () => {
  const at = (second: number, duration: string) =>
    `127.0.0.1 - - [29/Oct/2024:17:${String(10 + Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} +0000] "GET /io HTTP/1.1" 200 12 "-" "-"${duration}\n`;
  const part = (from: number, duration: string) =>
    Array.from({ length: 120 }, (_, i) => at(from + (i >> 1), duration)).join('');

  it.each([
    ['before', part(0, '') + part(300, ' us=250000')],
    ['behind', part(0, ' us=250000') + part(300, '')],
    ['whose clock stood earlier', part(300, ' us=250000') + part(0, '')],
  ])('%s the others lasts from the first of all its lines to the last', (_, log) => {
    const { window, requests } = summaryOf(log);
    const [from, to] = [window.from, window.to].map(
      (text) => Date.parse(text as string) / 1000 - Date.UTC(2024, 9, 29, 17, 10) / 1000,
    );
    expect(from).toBeGreaterThan(-2);
    expect(from).toBeLessThan(1);
    expect(to).toBeGreaterThan(358);
    expect(to).toBeLessThan(361);
    expect(window.seconds).toBeGreaterThan(100);
    expect(requests.rate.mean).toBeGreaterThan(0);
  });
});
