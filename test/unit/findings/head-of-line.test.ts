// A slow route that keeps quick ones waiting: named with what they would wait without it, and told from a pool that is full anyway.
import { describe, expect, it } from 'vitest';
import headOfLine from '../../../src/findings/head-of-line.ts';
import { poisson, syncPool } from '../../helpers/traffic.ts';

describe('head-of-line', () => {
  const mixed = (seed: number) =>
    poisson(seed, 12, 120, (random) =>
      random.next() < 1 / 6 ? { takes: 1.5, route: 'GET /slow' } : { takes: 0.005, route: 'GET /fast' },
    );
  it('names the slow route, what the others would wait without it, and a pool for it', () => {
    const finding = headOfLine.examine(syncPool(3, mixed(18)))!;
    expect(finding.evidence.route).toBe('GET /slow');
    expect(finding.evidence.without_route_wait_p95_seconds).toBeLessThan(0.01);
    expect(finding.evidence.own_pool_workers).toBeGreaterThanOrEqual(5);
  });
  describe('of a few very long requests', () => {
    const jobs = [15, 50, 85, 120, 155].map((at) => ({ at, takes: 14, route: 'GET /export' }));
    it('names the route into whose stretches nearly all waiting falls', () => {
      const quick = poisson(19, 5, 180, (random) => ({
        takes: Math.min(0.5, random.exponential(0.16)),
        route: 'GET /',
      }));
      const finding = headOfLine.examine(syncPool(2, [...quick, ...jobs]))!;
      expect(finding.evidence.route).toBe('GET /export');
    });
    it('is quiet of a pool that is full without them', () => {
      const quick = poisson(20, 11, 180, (random) => ({ takes: random.exponential(0.19), route: 'GET /' }));
      expect(headOfLine.examine(syncPool(2, [...quick, ...jobs]))).toBeNull();
    });
    it('is quiet where other times were as bad', () => {
      const rush = [40, 80, 120, 160].flatMap((at) =>
        poisson(at, 30, at + 8, () => ({ takes: 0.15, route: 'GET /' }), at),
      );
      const quick = poisson(21, 4, 180, (random) => ({ takes: random.exponential(0.15), route: 'GET /' }));
      expect(headOfLine.examine(syncPool(2, [...quick, ...rush, ...jobs]))).toBeNull();
    });
  });
  it('takes the p95 of the others from each possible history, as that of all requests is', () => {
    const facts = syncPool(3, mixed(18));
    const { requests } = facts.inference;
    // In one history nobody waited, in two everybody did, for one second.
    const samples = [0, 1e6, 1e6].map((micros) => requests.wait.map(() => micros));
    const wait = requests.wait.map(() => 2e6 / 3);
    const inference = { ...facts.inference, requests: { ...requests, wait, waitSamples: samples } };
    const finding = headOfLine.examine({ ...facts, inference })!;
    expect(finding.evidence.others_wait_p95_seconds).toBe(1);
    expect(finding.title).toContain('(p95, inferred)');
  });
  it('is a remark where the others may as well not have waited, and the pool was hardly ever full', () => {
    const facts = syncPool(3, mixed(18));
    const inference = { ...facts.inference, wait: { ...facts.inference.wait, lowP95: 0 } };
    const summary = { ...facts.summary, concurrency: { ...facts.summary.concurrency, saturated_ratio: 0.01 } };
    expect(headOfLine.examine({ ...facts, inference, summary })?.severity).toBe('info');
    expect(headOfLine.examine(facts)?.severity).toBe('critical');
  });
  it('is quiet when there are slots enough for it', () => {
    expect(headOfLine.examine(syncPool(12, mixed(19)))).toBeNull();
  });
  it('is quiet when the quick route is what fills the pool', () => {
    const calls = poisson(20, 30, 60, (random) =>
      random.next() < 0.05 ? { takes: 0.3, route: 'GET /slow' } : { takes: 0.1, route: 'GET /quick' },
    );
    expect(headOfLine.examine(syncPool(3, calls))).toBeNull();
  });
});
