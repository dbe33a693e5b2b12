// Requests that somebody gave up waiting for.
import { describe, expect, it } from 'vitest';
import commonTimeout from '../../../src/findings/common-timeout.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import gatewayGivesUp from '../../../src/findings/gateway-gives-up.ts';
import type { Random } from '../../helpers/random.ts';
import { asyncPool, poisson, syncPool } from '../../helpers/traffic.ts';

describe('common-timeout', () => {
  const upstream = (limit: number, share: number) =>
    poisson(11, 5, 200, (random) => {
      const stuck = random.next() < share;
      return {
        takes: stuck ? limit + random.between(0.001, 0.03) : random.exponential(0.2),
        route: 'GET /quote',
        status: stuck ? 504 : 200,
      };
    });
  it.each([5, 30])('finds a time-out of %i s', (limit) => {
    const finding = commonTimeout.examine(asyncPool(2, upstream(limit, 0.03)))!;
    expect(finding.evidence.limit_seconds).toBe(limit);
    expect(finding.evidence.error_share).toBeGreaterThan(0.9);
  });
  it.each([8, 12.5, 40])('finds a time-out of %d s, which few people give', (limit) => {
    const finding = commonTimeout.examine(asyncPool(2, upstream(limit, 0.03)))!;
    expect(finding.evidence.limit_seconds).toBe(limit);
  });
  it('takes no other length for a time-out where nothing failed: what fills a cache takes as long each time', () => {
    const filling = upstream(1.6, 0.05).map((call) => ({ ...call, status: 200 }));
    expect(commonTimeout.examine(asyncPool(2, filling))).toBeNull();
  });
  it.each([1, 2, 3])('is quiet of slow requests that take what they need (seed %i)', (seed) => {
    const mixed = poisson(seed, 5, 200, (random) => ({
      takes: random.next() < 0.05 ? 8 * (1 + 0.1 * random.normal()) : random.exponential(0.2),
      route: 'GET /quote',
    }));
    expect(commonTimeout.examine(asyncPool(2, mixed))).toBeNull();
  });
  it('finds it where the upstream is away, and no request of the route ends otherwise', () => {
    const away = poisson(13, 4, 200, (random) => {
      const pays = random.next() < 0.05;
      const takes = pays ? 30 + random.between(0.001, 0.03) : random.exponential(0.2);
      return { takes, route: pays ? 'GET /pay' : 'GET /list', status: pays ? 502 : 200 };
    });
    const finding = commonTimeout.examine(asyncPool(2, away))!;
    expect(finding.evidence).toMatchObject({ limit_seconds: 30, routes: 'GET /pay', error_share: 1 });
    expect(finding.detail).toContain('no request of theirs was answered without an error');
  });
  it.each([
    { routes: 4, isOwn: false },
    { routes: 1, isOwn: true },
  ])('that $routes routes share, all the time and without an error, is not their own work', ({ routes, isOwn }) => {
    const resolving = poisson(23, 8, 120, (random) => ({
      takes: random.exponential(0.09) + (random.next() < 0.06 ? 5 : 0),
      route: `GET /api/${random.integer(1, routes)}`,
    }));
    const [finding] = diagnose(syncPool(4, resolving)).filter(({ id }) => id === 'common-timeout');
    expect(finding.evidence.routine).toBe(isOwn);
    expect(finding.title.includes('or work of that length')).toBe(isOwn);
    expect(finding.advice.includes('resolv.conf')).toBe(!isOwn);
    const isCause = !diagnose(syncPool(4, resolving)).some(({ id }) => id === 'pool-saturated');
    expect(isCause).toBe(!isOwn);
  });
  describe('that fills a pool', () => {
    const stuck = poisson(19, 8, 200, (random) => {
      const quotes = random.next() < 0.6;
      const isStuck = quotes && random.next() < 0.15;
      return {
        takes: isStuck ? 5 + random.between(0.001, 0.01) : random.exponential(0.1),
        route: quotes ? 'GET /quote' : 'GET /home',
        status: isStuck ? 500 : 200,
      };
    });
    it('is the cause of the queue and of the errors, and says which time-out would do', () => {
      const findings = diagnose(syncPool(6, stuck));
      expect(findings[0].id).toBe('common-timeout');
      expect(findings[0].severity).toBe('critical');
      expect(findings[0].evidence.symptoms).toMatch(/pool-saturated/);
      const ids = findings.map(({ id }) => id);
      for (const id of ['pool-saturated', 'head-of-line', 'server-errors']) expect(ids).not.toContain(id);
      expect(findings[0].advice).toMatch(/One of (1|2) s would bring the p95 wait from .* on the same 6 sync workers/);
    });
    it('leaves the pool its own findings where a shorter one would not end the queue', () => {
      const busy = [
        ...stuck,
        ...poisson(23, 50, 200, (random) => ({ takes: random.exponential(0.15), route: 'GET /list' })),
      ];
      const findings = diagnose(syncPool(6, busy));
      expect(findings.map(({ id }) => id)).toContain('pool-saturated');
    });
    it('leaves a pool alone that nobody waits for', () => {
      const findings = diagnose(syncPool(30, stuck));
      expect(findings.find(({ id }) => id === 'common-timeout')).toMatchObject({
        severity: 'warning',
        evidence: { shorter_seconds: null },
      });
    });
  });
  describe('where nothing failed', () => {
    const answered = (stuck: (random: Random, at: number) => boolean) =>
      commonTimeout.examine(
        asyncPool(
          2,
          poisson(17, 8, 200, (random, at) => ({
            takes: stuck(random, at) ? 3 + random.between(0.001, 0.01) : random.exponential(0.1),
          })),
        ),
      )!;
    it('leaves open whether it is work, if it is a part of the mix all the time', () => {
      const finding = answered((random) => random.next() < 0.12);
      expect(finding.title).toContain('or work of that length');
    });
    it('calls it a time-out if it is rare, or bunches in time', () => {
      for (const finding of [
        answered((random) => random.next() < 0.02),
        answered((random, at) => at > 100 && at < 130 && random.next() < 0.7),
      ]) {
        expect(finding.title).not.toContain('work');
      }
    });
  });
  it('of a route that took so long for a while alone does not say that it does all the time', () => {
    const facts = asyncPool(
      2,
      poisson(19, 16, 200, (random, at) => {
        const isPay = random.next() < 0.25;
        const isSlow = isPay && at > 100 && at < 150;
        return {
          takes: isSlow ? 5 + random.between(0.001, 0.01) : random.exponential(0.15),
          route: isPay ? 'GET /pay' : 'GET /other',
        };
      }),
    );
    const finding = commonTimeout.examine(facts)!;
    expect(finding.evidence.requests).toBeGreaterThan(150);
    expect(finding.detail).not.toContain('the whole time');
  });
  it('is quiet of a route that always takes that long', () => {
    const sleep = poisson(12, 2, 100, (random) => ({ takes: 5 + random.between(0, 0.01), route: 'GET /sleep' }));
    expect(commonTimeout.examine(asyncPool(2, sleep))).toBeNull();
  });
  it('is quiet of long tails', () => {
    for (const seed of [13, 14, 15, 16]) {
      const tail = poisson(seed, 20, 300, (random) => ({
        takes: 0.2 * Math.exp(1.5 * random.normal()),
        route: 'GET /tail',
      }));
      expect(commonTimeout.examine(asyncPool(2, tail))).toBeNull();
    }
  });
});

describe('gateway-gives-up', () => {
  const fronted = (patience: number, status = 504) =>
    asyncPool(
      2,
      poisson(18, 8, 200, (random, at) => {
        const takes = at > 50 && at < 80 ? random.exponential(6) : random.exponential(0.2);
        return takes > patience ? { takes: patience + random.between(0, 0.004), status } : { takes };
      }),
    );
  it('says how patient it was, and sends nobody to tracebacks', () => {
    const facts = fronted(2.5);
    const finding = gatewayGivesUp.examine(facts)!;
    expect(finding.evidence.patience_seconds).toBeCloseTo(2.5, 1);
    const ids = diagnose(facts).map(({ id }) => id);
    expect(ids).toContain('gateway-gives-up');
    expect(ids).not.toContain('error-burst');
  });
  it('is quiet of another status, and of 504 that come when they come', () => {
    expect(gatewayGivesUp.examine(fronted(2.5, 502))).toBeNull();
    const scattered = poisson(19, 8, 200, (random) => ({
      takes: random.exponential(2),
      status: random.next() < 0.1 ? 504 : 200,
    }));
    expect(gatewayGivesUp.examine(asyncPool(2, scattered))).toBeNull();
  });
  it('leaves other errors their finding', () => {
    const facts = fronted(2.5);
    const status = facts.requests.status.map((code, i) => (code === 200 && i % 3 === 0 ? 500 : code));
    const ids = diagnose({ ...facts, requests: { ...facts.requests, status } }).map(({ id }) => id);
    expect(ids).toContain('gateway-gives-up');
    expect(ids.some((id) => id === 'server-errors' || id === 'error-burst')).toBe(true);
  });
});
