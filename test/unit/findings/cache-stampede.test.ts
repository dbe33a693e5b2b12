// What many requests share runs out, and all of them make it anew.
import { describe, expect, it } from 'vitest';
import cacheStampede from '../../../src/findings/cache-stampede.ts';
import { asyncPool, type Call, poisson } from '../../helpers/traffic.ts';

const seeds = [1, 2, 3];

/** Seconds: how long an answer is kept, and how long it takes to make one. */
const KEPT = 20;
const MAKING = 2;

/** Pages that look into a cache, beside others that do not. `others`: what those do who find that one is making it already. */
function cached(seed: number, others: 'make it as well' | 'wait for it' | 'take the old one', keys = 1): Call[] {
  const filledAt = new Array<number>(keys).fill(0);
  return poisson(seed, 20, 200, (random, at) => {
    if (random.next() < 0.3) return { takes: random.exponential(0.08), route: 'GET /other' };
    const key = random.integer(0, keys - 1);
    const quick = { takes: 0.02 + random.exponential(0.02), route: 'GET /home' };
    if (at >= filledAt[key] && at < filledAt[key] + KEPT) return quick;
    const making = MAKING * (1 + 0.03 * random.normal());
    const isFirst = at >= filledAt[key];
    // Whoever ends first has filled it.
    if (isFirst || others === 'make it as well') {
      filledAt[key] = isFirst ? at + making : Math.min(filledAt[key], at + making);
      return { ...quick, takes: making };
    }
    return others === 'wait for it' ? { ...quick, takes: filledAt[key] - at + quick.takes } : quick;
  });
}

describe('cache-stampede', () => {
  it.each(seeds)('finds what everyone makes anew, how often and how many at once (seed %i)', (seed) => {
    const finding = cacheStampede.examine(asyncPool(2, cached(seed, 'make it as well')))!;
    expect(finding.evidence).toMatchObject({ route: 'GET /home', of_each_worker: false });
    expect(finding.evidence.stampedes).toBeGreaterThanOrEqual(8);
    expect(finding.evidence.stampedes).toBeLessThanOrEqual(10);
    expect(finding.evidence.long_way_seconds).toBeCloseTo(MAKING, 0);
    expect(Math.abs(Number(finding.evidence.period_seconds) - KEPT - MAKING)).toBeLessThan(1);
  });

  it('names other routes of which the same is true, the costliest first', () => {
    const home = cached(1, 'make it as well');
    // Half a period later, so that neither is slow while the other is.
    const top = cached(2, 'make it as well')
      .filter(({ at, route }) => at < 150 && route === 'GET /home')
      .map(({ at, takes }) => ({ at: at + 10, takes, route: 'GET /top' }));
    const both = [...home, ...top].sort((a, b) => a.at - b.at);
    const finding = cacheStampede.examine(asyncPool(2, both))!;
    expect(finding.evidence).toMatchObject({ route: 'GET /home', other_routes: 'GET /top' });
    expect(finding.detail).toMatch(/The same happens on GET \/top \(\d+ times, .* in all\)\./);
    expect(cacheStampede.examine(asyncPool(2, home))!.evidence.other_routes).toBeNull();
  });

  it('finds it beside a lone request that took even longer', () => {
    const calls = cached(5, 'make it as well');
    const finding = cacheStampede.examine(asyncPool(2, [...calls, { at: 201, takes: 60, route: 'GET /home' }]))!;
    expect(finding.evidence.long_way_seconds).toBeCloseTo(MAKING, 0);
  });

  it.each(seeds)('is quiet where one makes it and the others wait, or take the old one (seed %i)', (seed) => {
    expect(cacheStampede.examine(asyncPool(2, cached(seed, 'wait for it')))).toBeNull();
    expect(cacheStampede.examine(asyncPool(2, cached(seed, 'take the old one')))).toBeNull();
  });

  it.each(seeds)('is quiet of many answers that are kept each for itself (seed %i)', (seed) => {
    expect(cacheStampede.examine(asyncPool(2, cached(seed, 'make it as well', 40)))).toBeNull();
  });

  it.each(seeds)('is quiet of requests that take long by themselves (seed %i)', (seed) => {
    const mixed = poisson(seed, 15, 200, (random) => ({
      takes: random.next() < 0.05 ? 1.5 * (1 + 0.1 * random.normal()) : random.exponential(0.05),
      route: 'GET /search',
    }));
    expect(cacheStampede.examine(asyncPool(2, mixed))).toBeNull();
  });

  it.each(seeds)('is quiet of a backend that is slow for moments (seed %i)', (seed) => {
    const slow = poisson(seed, 15, 200, (random, at) => ({
      takes: at % 25 < 5 ? 1.2 * (1 + 0.2 * random.normal()) : random.exponential(0.05),
      route: 'GET /search',
    }));
    expect(cacheStampede.examine(asyncPool(2, slow))).toBeNull();
  });

  it.each(seeds)('is quiet of a job that asks for the same long thing several times at once (seed %i)', (seed) => {
    const job = Array.from({ length: 8 }, (_, k) =>
      Array.from({ length: 8 }, (__, i) => ({ at: 12 + 23 * k + i / 50, takes: 2 + i / 100, route: 'GET /search' })),
    );
    const usual = poisson(seed, 4, 200, (random) => ({ takes: random.exponential(0.05), route: 'GET /search' }));
    expect(
      cacheStampede.examine(
        asyncPool(
          2,
          [...usual, ...job.flat()].sort((a, b) => a.at - b.at),
        ),
      ),
    ).toBeNull();
  });
});
