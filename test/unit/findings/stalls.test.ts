// A blocked event loop is found, and its route named, with durations and without; other pauses are not blamed on a route.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import eventLoopBlocked from '../../../src/findings/event-loop-blocked.ts';
import type { KnownRequest } from '../../helpers/known-requests.ts';
import { createRandom } from '../../helpers/random.ts';
import { type Call, factsOf, poisson, request } from '../../helpers/traffic.ts';

/**
 * Async workers whose loop runs one thing at a time: a call of /block holds it for what it takes, or `block` seconds, everything else
 * awaits; what becomes ready meanwhile goes on when the loop is free again.
 */
function loops(workers: number, calls: readonly Call[], block: number, jitter = 0.004): KnownRequest[] {
  const random = createRandom(5);
  const rows: KnownRequest[] = [];
  const byWorker: Call[][] = Array.from({ length: workers }, () => []);
  for (const call of calls) byWorker[random.integer(0, workers - 1)].push(call);
  byWorker.forEach((own, w) => {
    let idle = 0;
    const stalls = own
      .filter(({ route }) => route === 'GET /block')
      .map(({ at, takes }) => {
        const from = Math.max(at, idle);
        idle = from + (takes || block);
        return { at, from, to: idle };
      });
    const free = (at: number): number => {
      let ready = at;
      for (const { from, to } of stalls) if (ready > from && ready < to) ready = to + random.between(0, jitter);
      return ready;
    };
    for (const call of own) {
      const stall = call.route === 'GET /block' ? stalls.find(({ at }) => at === call.at) : undefined;
      const start = stall ? stall.from : free(call.at);
      const takes = stall ? stall.to - stall.from : Math.max(0.0005, free(start + call.takes) - start);
      rows.push(request({ ...call, at: start, takes }, start, String(100 + w)));
    }
  });
  return rows;
}

const mix = (seed: number, rate: number, share: number, takes = 0.05) =>
  poisson(seed, rate, 120, (random) =>
    random.next() < share
      ? { takes: 0, route: 'GET /block' }
      : { takes: takes * random.between(0.5, 1.5), route: `GET /r${random.integer(0, 4)}` },
  );

const server = (workers: number, fields = {}) => ({ model: 'async' as const, workers, threads: 1, fields });

describe('event-loop-blocked', () => {
  it.each([0.1, 0.3, 1])('with durations names the route that blocks for %f s', (block) => {
    const finding = eventLoopBlocked.examine(factsOf(loops(2, mix(1, 120, 0.01), block), server(2)))!;
    expect(finding.evidence.route).toBe('GET /block');
    expect(finding.evidence.blocked_median_seconds).toBeGreaterThan(block * 0.6);
    expect(finding.evidence.blocked_median_seconds).toBeLessThan(block * 1.2);
  });

  describe('under stamps of whole seconds', () => {
    const coarse = (rows: readonly KnownRequest[], workers: number) => {
      const facts = factsOf(rows, server(workers));
      const { requests } = facts.inference;
      const uncertainty = requests.uncertainty.map(() => 5e5);
      return { ...facts, inference: { ...facts.inference, requests: { ...requests, uncertainty } } };
    };
    it.each([1, 2, 3, 4, 5])('finds it by requests that began together and end together (seed %i)', (seed) => {
      const calls = poisson(seed, 9, 100, (random) =>
        random.next() < 1 / 3
          ? { takes: random.between(0.1, 0.3), route: 'GET /block' }
          : { takes: random.between(0.02, 1), route: 'GET /list' },
      );
      const finding = eventLoopBlocked.examine(coarse(loops(1, calls, 0.2, 0.0001), 1))!;
      // Where chance leaves it open no route is named, and never another one.
      expect(['GET /block', null]).toContain(finding.evidence.route);
      expect(finding.evidence.lines_alike).toBeGreaterThan(3 * (finding.evidence.lines_alike_by_chance as number));
    });
    it('is quiet of crowds, of requests of one length, and of slow ones that await', () => {
      const random = createRandom(17);
      const crowds = Array.from({ length: 40 }, (_, i) => i).flatMap((i) =>
        Array.from({ length: 60 }, () => ({ at: 5 * i, takes: random.between(0.1, 1), route: 'GET /net' })),
      );
      const alike = poisson(18, 20, 100, (_, at) => ({ takes: 0.2 + at / 500, route: 'GET /same' }));
      const slow = poisson(19, 20, 100, (draws) => ({ takes: draws.exponential(1), route: 'GET /slow' }));
      for (const calls of [crowds, alike, slow])
        for (const workers of [1, 3])
          expect(eventLoopBlocked.examine(coarse(loops(workers, calls, 0), workers))).toBeNull();
    });
  });

  it('recorded with stamps of a second, names the route by what its worker wrote behind it', async () => {
    const findings = async (name: string) =>
      (await postMortem([`test/faults/${name}.log.gz`], { formats })).summary.findings;
    const [finding, ...others] = await findings('loop-held-coarse');
    expect(finding).toMatchObject({ id: 'event-loop-blocked', severity: 'critical' });
    expect(finding.evidence.route).toBe('GET /block/pdf');
    expect(finding.evidence.blocked_median_seconds).toBeCloseTo(0.42, 1);
    expect(others).toEqual([]);
    // The same load on a route that is as slow and awaits.
    expect(await findings('loop-held-coarse-not')).toEqual([]);
  });

  it('without durations names it by the gaps before its lines', () => {
    const calls = poisson(2, 8, 60, (random) =>
      random.next() < 1 / 9 ? { takes: 0, route: 'GET /block' } : { takes: 0.005, route: 'GET /fast' },
    );
    const facts = factsOf(loops(2, calls, 0.8), server(2, { duration: false }));
    const finding = eventLoopBlocked.examine(facts)!;
    expect(finding.evidence.route).toBe('GET /block');
    expect(finding.evidence.blocked_median_seconds).toBeGreaterThan(0.6);
    expect(finding.evidence.blocked_median_seconds).toBeLessThan(1);
  });

  it('names it on a lone worker by what piles up behind its lines', () => {
    for (const seed of [1, 2, 3]) {
      const calls = poisson(seed, 8, 600, (random) =>
        random.next() < 1 / 40
          ? { takes: 0, route: 'GET /block' }
          : { takes: 0.02, route: `GET /r${random.integer(0, 4)}` },
      );
      const finding = eventLoopBlocked.examine(factsOf(loops(1, calls, 1), server(1, { duration: false })))!;
      expect(finding.evidence.route).toBe('GET /block');
      // Clients who wait for a slow page and then ask for what belongs to it would write the same lines.
      expect(finding.severity).toBe('info');
      expect(finding.detail).toContain('follow soon, more than usual');
    }
  });

  describe('where every route blocks, without durations', () => {
    const calls = (seed: number) =>
      poisson(seed, 10, 100, (random) => ({
        takes: random.between(0.15, 0.25),
        route: `GET /r${random.integer(0, 2)}`,
      }));

    it('says that each worker answers one request at a time, and for how long nothing follows', () => {
      for (const seed of [21, 22, 23]) {
        const random = createRandom(seed);
        const free = [0, 0, 0];
        const rows = calls(seed).map((call) => {
          const worker = random.integer(0, 2);
          const start = Math.max(call.at, free[worker]);
          free[worker] = start + call.takes;
          return request(call, start, String(100 + worker));
        });
        const finding = eventLoopBlocked.examine(factsOf(rows, server(3, { duration: false })))!;
        expect(finding.title).toContain('each worker answers one request at a time');
        expect(finding.evidence.blocked_median_seconds).toBeGreaterThan(0.1);
        expect(finding.evidence.blocked_median_seconds).toBeLessThan(0.25);
      }
    });

    it('is quiet of loops that are asked in turn', () => {
      for (const seed of [24, 25, 26]) {
        const rows = calls(seed).map((call, i) => request(call, call.at, String(100 + (i % 3))));
        expect(eventLoopBlocked.examine(factsOf(rows, server(3, { duration: false })))).toBeNull();
      }
    });
  });

  it('is quiet when every route awaits, slow ones too, with durations and without', () => {
    for (const seed of [3, 4, 5, 6, 7, 8]) {
      const calls = poisson(seed, 20 * (seed - 2), 100, (random) =>
        random.next() < 0.05
          ? { takes: random.between(0.8, 1.2), route: 'GET /report' }
          : { takes: random.between(0.01, 0.1), route: `GET /r${random.integer(0, 4)}` },
      );
      const rows = loops(2, calls, 0);
      expect(eventLoopBlocked.examine(factsOf(rows, server(2)))).toBeNull();
      expect(eventLoopBlocked.examine(factsOf(rows, server(2, { duration: false })))).toBeNull();
    }
  });

  it('does not blame a route for a pause of the whole host', () => {
    const random = createRandom(9);
    const pauses = Array.from({ length: 20 }, (_, i) => 3 + i * 5 + random.next());
    const rows = mix(10, 150, 0).map((call) => {
      const frozen = (at: number) => {
        const pause = pauses.find((from) => at > from && at < from + 0.4);
        return pause === undefined ? at : pause + 0.4 + random.between(0, 0.005);
      };
      const start = frozen(call.at);
      const takes = Math.max(0.001, frozen(start + call.takes) - start);
      return request({ ...call, at: start, takes }, start, String(100 + random.integer(0, 1)));
    });
    expect(eventLoopBlocked.examine(factsOf(rows, server(2)))).toBeNull();
  });

  it('does not take one client that asks in turn for a blocked loop', () => {
    const random = createRandom(11);
    let now = 0;
    const rows = Array.from({ length: 600 }, (_, i) => {
      const slow = i % 10 === 0;
      const takes = slow ? 0.8 : 0.005;
      const row = request(
        { at: now, takes, route: slow ? 'GET /slow' : 'GET /fast' },
        now,
        String(100 + random.integer(0, 1)),
      );
      now += takes + 0.001;
      return row;
    });
    expect(eventLoopBlocked.examine(factsOf(rows, server(2, { duration: false })))).toBeNull();
  });

  it('is for event loops only', () => {
    const rows = loops(2, mix(12, 120, 0.01), 0.3);
    expect(eventLoopBlocked.examine(factsOf(rows, { model: 'threaded', workers: 2, threads: 40 }))).toBeNull();
  });
});
