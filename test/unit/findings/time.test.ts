// Findings about moments: a step of the latency, a burst of errors, a common time-out, a clock that jumps.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/finding.ts';
import clockOrLinesLost from '../../../src/findings/clock-or-lines-lost.ts';
import commonTimeout from '../../../src/findings/common-timeout.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import errorBurst from '../../../src/findings/error-burst.ts';
import gatewayGivesUp from '../../../src/findings/gateway-gives-up.ts';
import heldAfterAnswer from '../../../src/findings/held-after-answer.ts';
import latencyDrift from '../../../src/findings/latency-drift.ts';
import latencyStep from '../../../src/findings/latency-step.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';
import { createRandom, type Random } from '../../helpers/random.ts';
import { asyncPool, type Call, event, NOON, poisson, request, syncPool } from '../../helpers/traffic.ts';

describe('latency-step', () => {
  const stepped = (seed: number, factor: (at: number) => number) =>
    poisson(seed, 5, 400, (random, at) => ({ takes: 0.1 * factor(at) * random.exponential(1), route: 'GET /list' }));
  it('says when and by how much', () => {
    const finding = latencyStep.examine(
      asyncPool(
        1,
        stepped(1, (at) => (at < 250 ? 1 : 3)),
      ),
    )!;
    expect((finding.from - NOON) / 1e6).toBeGreaterThan(240);
    expect((finding.from - NOON) / 1e6).toBeLessThan(260);
    expect(finding.evidence.ratio).toBeGreaterThan(2.3);
    expect(finding.evidence.ratio).toBeLessThan(3.8);
  });
  it('names a restart at that moment', () => {
    const facts = asyncPool(
      1,
      stepped(2, (at) => (at < 200 ? 1 : 3)),
      { lifecycle: [event('reload', 198)] },
    );
    expect(latencyStep.examine(facts)!.evidence.with_restart).toBe(true);
  });
  it.each([3, 4, 5, 6, 7])('is quiet when nothing changed (seed %i)', (seed) => {
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(seed, () => 1),
        ),
      ),
    ).toBeNull();
  });
  it('is quiet of a burst that passed, and of a slow rise', () => {
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(8, (at) => (at > 200 && at < 260 ? 3 : 1)),
        ),
      ),
    ).toBeNull();
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(9, (at) => 1 + at / 100),
        ),
      ),
    ).toBeNull();
  });
  it('is quiet when it got better', () =>
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(10, (at) => (at < 200 ? 3 : 1)),
        ),
      ),
    ).toBeNull());
});

describe('latency-drift', () => {
  const drifting = (seed: number, factor: (at: number) => number, rate = 5) =>
    poisson(seed, rate, 400, (random, at) => ({ takes: 0.1 * factor(at) * random.exponential(1), route: 'GET /list' }));
  it('tells of a route that gets slower little by little', () => {
    const finding = latencyDrift.examine(
      asyncPool(
        1,
        drifting(1, (at) => 1 + at / 100),
      ),
    )!;
    expect(finding.evidence.ratio).toBeGreaterThan(2.5);
    expect(finding.evidence.ratio).toBeLessThan(4.2);
    expect(finding.detail).toContain('while callers came as often as before');
  });
  it.each([2, 3, 4, 5, 6, 7, 8])(
    'is quiet when nothing changed, of a step, of a passing rise and of a fall (seed %i)',
    (seed) => {
      for (const factor of [
        () => 1,
        (at: number) => (at < 200 ? 1 : 3),
        (at: number) => 1 + 2 * Math.sin((Math.PI * at) / 400),
        (at: number) => 4 - at / 133,
      ])
        expect(latencyDrift.examine(asyncPool(1, drifting(seed, factor)))).toBeNull();
    },
  );
  it('is the cause of the queue that comes of it', () => {
    const [found, ...others] = diagnose(
      syncPool(
        4,
        poisson(9, 10, 300, (random, at) => ({
          takes: (0.1 + at / 1000) * random.between(0.5, 1.5),
          route: 'GET /list',
        })),
      ),
    );
    expect(found.id).toBe('latency-drift');
    expect(found.title).toMatch(/, and that fills the pool$/);
    expect(found.evidence.symptoms).toMatch(/pool-saturated/);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('is quiet where more and more callers come and it cannot be told whether requests slow each other down', () => {
    const more = drifting(10, (at) => 1 + at / 100, 8).filter(({ at }, i) => i % 4 < 1 + (3 * at) / 400);
    const facts = asyncPool(1, more);
    const predictor = { ...facts.predictor, contention: () => 'unknown' as const };
    expect(latencyDrift.examine({ ...facts, predictor })).toBeNull();
  });
});

describe('error-burst', () => {
  const failing = (seed: number, share: (at: number) => number) =>
    poisson(seed, 10, 300, (random, at) => ({
      takes: 0.05,
      route: 'GET /pay',
      status: random.next() < share(at) ? 502 : 200,
    }));
  const during = (at: number) => (at > 120 && at < 135 ? 0.7 : 0.005);
  it('finds the stretch and the status', () => {
    const finding = errorBurst.examine(asyncPool(1, failing(1, during)))!;
    expect((finding.from - NOON) / 1e6).toBeGreaterThan(115);
    expect((finding.to - NOON) / 1e6).toBeLessThan(140);
    expect(finding.evidence).toMatchObject({ main_status: 502, main_route: 'GET /pay', cause: null });
    expect(finding.severity).toBe('critical');
  });
  it('says what happened at that moment', () => {
    const cause = (kind: Parameters<typeof event>[0]) =>
      errorBurst.examine(asyncPool(1, failing(2, during), { lifecycle: [event(kind, 119, '100')] }))!.evidence.cause;
    expect(cause('timeout')).toBe('workers were killed');
    expect(cause('reload')).toBe('the server was restarted');
  });
  it.each([
    ['half of the requests', 0.5],
    ['nearly all of them', 0.93],
  ])('finds a stretch in which most of the log lies, for callers ask again, and %s fail', (_, share) => {
    const calm = failing(4, () => 0);
    const again = poisson(5, 60, 180, (random) => ({ takes: 0.05, status: random.next() < share ? 503 : 200 }), 120);
    const finding = errorBurst.examine(asyncPool(1, [...calm, ...again]))!;
    expect((finding.from - NOON) / 1e6).toBeCloseTo(120, -1);
    expect((finding.to - NOON) / 1e6).toBeCloseTo(180, -1);
    expect(finding.evidence.rate_times).toBeCloseTo(7, 0);
    expect(finding.detail).toMatch(/[67][.0-9]* times as often/);
    expect(finding.advice).toContain('back off');
  });
  it('is quiet of errors spread over the log, however many', () => {
    for (const share of [0.005, 0.05, 0.3])
      expect(
        errorBurst.examine(
          asyncPool(
            1,
            failing(3, () => share),
          ),
        ),
      ).toBeNull();
  });
});

describe('latency-step that fills a pool', () => {
  const stepped = (slots: number, before: number, after: number) =>
    diagnose(
      syncPool(
        slots,
        poisson(29, 10, 240, (random, at) => ({
          takes: (at < 120 ? before : after) * random.between(0.5, 1.5),
          route: 'GET /search',
        })),
      ),
    );
  it('is the cause of the queue that began with it, says when in a clock, and how many slots would bridge it', () => {
    const [found, ...others] = stepped(4, 0.1, 0.36);
    expect(found.id).toBe('latency-step');
    expect(found.title).toMatch(/, and that fills the pool$/);
    expect(found.detail).toMatch(/^Since \d\d:\d\d:\d\d UTC /);
    expect(found.evidence.symptoms).toMatch(/pool-saturated/);
    expect(found.advice).toMatch(/Until it is mended: .*[5-9] workers would keep the p95 wait under 200 ms/);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('leaves a pool that was full before it its own findings', () => {
    expect(stepped(2, 0.19, 0.4).map(({ id }) => id)).toContain('pool-saturated');
  });
});

describe('held-after-answer', () => {
  /** Two of three requests are quick; after each export its worker is taken for `held` s more. */
  const held = (seconds: number, comeOn: boolean) => {
    const random = createRandom(31);
    const calls: Call[] = [];
    for (let at = 0, rest = 0; at < 300; at += random.exponential(1 / 6)) {
      if (at < rest) continue;
      const isExport = random.next() < 0.15;
      calls.push({ at, takes: isExport ? 0.2 : 0.1, route: isExport ? 'GET /export' : 'GET /item' });
      // Nobody comes while an export is looked at.
      if (isExport && !comeOn) rest = at + 0.2 + seconds;
    }
    const free = [0, 0, 0];
    const rows = calls.map((call) => {
      const slot = free.indexOf(Math.min(...free));
      const start = Math.max(call.at, free[slot]);
      free[slot] = start + call.takes + (call.route === 'GET /export' && comeOn ? seconds : 0.001);
      return request(call, start, String(100 + slot));
    });
    const analysis = knownAnalysis(rows, { model: 'sync', workers: 3, threads: 1, queue: 'shared' });
    return heldAfterAnswer.examine({ ...analysis, predictor: createPredictor(analysis) });
  };
  it('finds what holds workers behind the answers of a route, and how much of the pool that is', () => {
    const found = held(2, true)!;
    expect(found.evidence.route).toBe('GET /export');
    expect(found.evidence.held_median_seconds).toBeGreaterThan(1.8);
    expect(found.evidence.held_median_seconds).toBeLessThan(2.6);
    expect(found.evidence.held_share).toBeGreaterThan(0.4);
  });
  it('is quiet where callers pause after a route, and where nothing holds', () => {
    expect(held(2, false)).toBeNull();
    expect(held(0, true)).toBeNull();
  });
});

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

describe('clock-or-lines-lost', () => {
  const calls = poisson(20, 5, 200, (random) => ({ takes: random.between(0.1, 3) }));
  const shifted = (facts: Facts, from: number, back: number): Facts => {
    const { requests } = facts;
    const move = (column: Float64Array) => column.map((at, i) => (i >= from ? at - back : at));
    return { ...facts, requests: { ...requests, start: move(requests.start), end: move(requests.end) } };
  };
  it('finds a clock that was set back', () => {
    const finding = clockOrLinesLost.examine(shifted(asyncPool(2, calls), 400, 60e6))!;
    expect(finding.evidence.clock_steps).toBe(1);
    expect(finding.evidence.largest_step_seconds).toBeGreaterThan(50);
  });
  it('is quiet of the disorder that durations make', () =>
    expect(clockOrLinesLost.examine(asyncPool(2, calls))).toBeNull());
  it('is quiet of one late line', () => {
    const facts = asyncPool(2, calls);
    const end = facts.requests.end.slice();
    end[300] -= 30e6;
    expect(clockOrLinesLost.examine({ ...facts, requests: { ...facts.requests, end } })).toBeNull();
  });
  it('counts lines that were not understood', () => {
    const facts = asyncPool(2, calls);
    const input = {
      path: 'a.log',
      lines: 1000,
      unparsed: 150,
      unparsed_examples: [{ line: 7, text: 'what', reason: 'no known format' }],
    } as unknown as Facts['summary']['inputs'][number];
    const finding = clockOrLinesLost.examine({ ...facts, summary: { ...facts.summary, inputs: [input] } })!;
    expect(finding.evidence).toMatchObject({ unparsed: 150, first_unparsed_line: 7 });
  });
  it('is quiet of a pool in order', () => {
    const random = createRandom(21);
    const sync = poisson(22, 10, 100, () => ({ takes: random.between(0.01, 0.2) }));
    expect(clockOrLinesLost.examine(syncPool(4, sync))).toBeNull();
  });
});
