// Findings about the callers: herds, retries, hang-ups, health checks.
import { describe, expect, it } from 'vitest';
import arrivalBursts from '../../../src/findings/arrival-bursts.ts';
import clientsGiveUp from '../../../src/findings/clients-give-up.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import healthChecksSkew from '../../../src/findings/health-checks-skew.ts';
import retryStorm from '../../../src/findings/retry-storm.ts';
import { createRandom } from '../../helpers/random.ts';
import { backgroundCalls, type Call, poisson, syncPool } from '../../helpers/traffic.ts';

describe('arrival-bursts', () => {
  const herd = (every: number, size: number, seconds: number, jitter = 0.02): Call[] => {
    const random = createRandom(3);
    return Array.from({ length: Math.floor(seconds / every) }, (_, i) => i).flatMap((i) =>
      Array.from({ length: size }, () => ({ at: 5 + i * every + random.between(0, jitter), takes: 0.1 })),
    );
  };
  it('names the schedule of a cron job and the slots that would bear it', () => {
    const finding = arrivalBursts.examine(syncPool(4, [...backgroundCalls(1, 8, 600), ...herd(60, 20, 600)]))!;
    expect(finding.evidence).toMatchObject({ herds: 10, period_seconds: 60 });
    expect(finding.evidence.recommended_slots).toBeGreaterThanOrEqual(6);
    expect(finding.evidence.recommended_slots).toBeLessThanOrEqual(12);
  });
  it('names the route that comes in herds, and by the ceil law how long its last one waits', () => {
    const job = herd(60, 20, 600).map((call) => ({ ...call, route: 'GET /job' }));
    const finding = arrivalBursts.examine(syncPool(4, [...backgroundCalls(1, 8, 600), ...job]))!;
    expect(finding.title).toContain('every 60 s (GET /job)');
    // 20 or 21 at once on 4 slots of 0.1 s: 5 or 6 turns.
    expect(finding.evidence.last_wait_seconds).toBeGreaterThan(0.35);
    expect(finding.evidence.last_wait_seconds).toBeLessThan(0.55);
  });
  it('is the cause where nearly all waiting happens in herds: no pool is then called too small', () => {
    const found = diagnose(syncPool(4, [...backgroundCalls(1, 4, 300), ...herd(20, 90, 300)]));
    expect(found[0]).toMatchObject({ id: 'arrival-bursts', severity: 'critical' });
    expect(found[0].evidence.symptoms).toContain('callers-queue');
    expect(found[0].advice).toContain('stand idle between them');
    // Beside callers who fill the pool by themselves it is one thing of two.
    const both = diagnose(syncPool(4, [...backgroundCalls(1, 38, 300), ...herd(60, 40, 300)]));
    expect(both.map(({ id }) => id)).toContain('pool-saturated');
  });
  it('finds the herds of a route that comes in no other way, though other callers are as many', () => {
    const job = herd(20, 20, 120, 0.05).map((call) => ({ ...call, takes: 0.25, route: 'GET /job' }));
    const busy = syncPool(4, [...backgroundCalls(1, 14, 120), ...job]);
    // Stamps of whole seconds, as gunicorn writes them.
    const facts = { ...busy, requests: { ...busy.requests, resolution: busy.requests.resolution.map(() => 1e6) } };
    const finding = arrivalBursts.examine(facts)!;
    expect(finding.evidence).toMatchObject({ herds: 6, period_seconds: 20, route: 'GET /job' });
    expect(finding.evidence.last_wait_seconds).toBeCloseTo(1, 1);
    const server = {
      ...facts.summary.server,
      capacity: { value: null, low: 4, high: null, confidence: 0, method: 'nothing shows a limit' },
    };
    const unsure = arrivalBursts.examine({ ...facts, summary: { ...facts.summary, server } })!;
    expect(unsure.severity).toBe('info');
    expect(unsure.detail).toContain('whether the pool has no more slots or their caller asks for no more at once');
  });
  it('is quiet of a source that is on and off again, however regularly', () => {
    const source = poisson(31, 14, 140, (random) => ({ takes: random.exponential(0.2), route: 'GET /v1' })).filter(
      ({ at }) => at % 20 < 10,
    );
    const facts = syncPool(4, source);
    const stamps = { ...facts.requests, resolution: facts.requests.resolution.map(() => 1e6) };
    expect(arrivalBursts.examine({ ...facts, requests: stamps })).toBeNull();
  });
  it('is quiet of a job whose requests come one after the other', () => {
    const job = [0, 1, 2, 3, 4, 5].flatMap((i) =>
      Array.from({ length: 20 }, (_, k) => ({ at: 5 + 20 * i + 0.26 * k, takes: 0.25, route: 'GET /job' })),
    );
    expect(arrivalBursts.examine(syncPool(4, [...backgroundCalls(1, 5, 120), ...job]))).toBeNull();
  });
  it('keeps the schedule where one herd found a machine that stood still', () => {
    const late = herd(15, 40, 135).map((call) => (call.at < 20 ? { ...call, at: call.at + 1.8 } : call));
    const finding = arrivalBursts.examine(syncPool(4, [...backgroundCalls(1, 8, 140), ...late]))!;
    expect(finding.evidence.period_seconds).toBe(15);
  });
  describe('where waits are unknown', () => {
    const unknowing = (calls: readonly Call[], slots = 4) => {
      const facts = syncPool(slots, calls);
      const wait = { ...facts.inference.wait, method: 'unknown' as const };
      const requests = { ...facts.inference.requests, wait: facts.inference.requests.wait.map(() => Number.NaN) };
      return { ...facts, inference: { ...facts.inference, wait, requests } };
    };
    it('speaks of herds on a schedule', () => {
      const finding = arrivalBursts.examine(unknowing([...backgroundCalls(1, 4, 140), ...herd(15, 40, 135)], 60));
      expect(finding).toBeNull();
      const few = arrivalBursts.examine(unknowing([...backgroundCalls(1, 4, 140), ...herd(15, 40, 135)], 30))!;
      expect(few.evidence).toMatchObject({ herds: 9, period_seconds: 15 });
    });
    it('is quiet of herds without one', () => {
      const random = createRandom(9);
      const calls = [7, 31, 43, 78, 101, 117].flatMap((second) =>
        Array.from({ length: 40 }, () => ({ at: second + random.next(), takes: 0.1 })),
      );
      expect(arrivalBursts.examine(unknowing([...backgroundCalls(1, 4, 140), ...calls], 30))).toBeNull();
    });
    it('is quiet of a worker that a job holds on a schedule, and that empties its queue then', () => {
      const jobs = Array.from({ length: 9 }, (_, i) => ({ at: 5 + 20 * i, takes: 8 }));
      const calls = [...backgroundCalls(4, 5, 200).map((call) => ({ ...call, takes: 0.001 })), ...jobs];
      expect(arrivalBursts.examine(unknowing(calls, 1))).toBeNull();
    });
  });
  it('is quiet of a herd that the slots take at once', () => {
    expect(arrivalBursts.examine(syncPool(32, [...backgroundCalls(1, 8, 600), ...herd(60, 20, 600)]))).toBeNull();
  });
  it('is quiet of traffic that comes as it comes, quick or slow', () => {
    for (const rate of [1, 10, 60])
      expect(arrivalBursts.examine(syncPool(4, backgroundCalls(2, rate, 3000 / rate)))).toBeNull();
  });
  it('is quiet of packs whose callers need not have waited', () => {
    const facts = syncPool(
      4,
      Array.from({ length: 12 }, (_, k) => herd(60, 30, 60).map((call) => ({ ...call, at: call.at + 7.3 * k }))).flat(),
    );
    expect(arrivalBursts.examine(facts)).not.toBeNull();
    const inTurn = { ...facts, inference: { ...facts.inference, wait: { ...facts.inference.wait, lowMean: 0 } } };
    expect(arrivalBursts.examine(inTurn)).toBeNull();
  });
  it('is quiet of one burst', () => expect(arrivalBursts.examine(syncPool(4, herd(60, 100, 60)))).toBeNull());
  it('is quiet of a pool that empties its queue after a stall', () => {
    // One request blocks the only worker for 20 s, then all that waited start together.
    const calls = [...backgroundCalls(4, 5, 200), ...[20, 80, 140].map((at) => ({ at, takes: 20 }))];
    expect(arrivalBursts.examine(syncPool(1, calls))).toBeNull();
  });
});

describe('retry-storm', () => {
  const traffic = (retries: boolean): Call[] => {
    const random = createRandom(5);
    return backgroundCalls(5, 20, 200).flatMap((call) => {
      const fails = random.next() < 0.1;
      const first = { ...call, route: 'GET /pay', status: fails ? 503 : 200 };
      if (!fails || !retries) return [first];
      return [
        first,
        { ...first, at: call.at + call.takes + random.between(0.3, 1.5), status: 503 },
        { ...first, at: call.at + 3, status: 200 },
      ];
    });
  };
  it('counts what comes back', () => {
    const finding = retryStorm.examine(syncPool(8, traffic(true)))!;
    expect(finding.evidence.repeat_share).toBeGreaterThan(0.7);
    expect(finding.evidence.repeat_share_after_success).toBeLessThan(0.3);
  });
  it('is quiet of errors that nobody repeats', () =>
    expect(retryStorm.examine(syncPool(8, traffic(false)))).toBeNull());
  it('is quiet of one busy address, whose requests follow each other anyway', () => {
    const calls = traffic(false).map((call) => ({ ...call, client: 7 }));
    expect(retryStorm.examine(syncPool(8, calls))).toBeNull();
  });
});

describe('clients-give-up', () => {
  it('says how long they were patient, and for what', () => {
    const random = createRandom(6);
    const calls = backgroundCalls(6, 10, 200).map((call) =>
      random.next() < 0.05 ? { ...call, takes: 5, status: 499, route: 'GET /search' } : call,
    );
    const finding = clientsGiveUp.examine(syncPool(40, calls))!;
    expect(finding.evidence.route).toBe('GET /search');
    expect(finding.evidence.patience_median_seconds).toBeCloseTo(5, 0);
  });
  it('takes the word of a server that found the connection closed', () => {
    const facts = syncPool(4, backgroundCalls(8, 10, 100));
    const said = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        kind: 'client-gone' as const,
        time: facts.requests.end[10 * i],
        offset: 0,
        source: 0,
        worker: null,
        value: null,
        text: null,
      }));
    expect(clientsGiveUp.examine({ ...facts, lifecycle: said(40) })!.evidence.given_up).toBe(40);
    expect(clientsGiveUp.examine({ ...facts, lifecycle: said(4) })).toBeNull();
  });
  it('is quiet of a few', () => {
    const calls = backgroundCalls(7, 10, 200).map((call, i) => (i < 4 ? { ...call, status: 499 } : call));
    expect(clientsGiveUp.examine(syncPool(8, calls))).toBeNull();
  });
});

describe('health-checks-skew', () => {
  const check = (every: number, seconds: number): Call[] =>
    Array.from({ length: Math.floor(seconds / every) }, (_, i) => ({
      at: 0.3 + i * every,
      takes: 0.001,
      route: 'GET /health',
      client: 9,
    }));
  const users = (rate: number) =>
    poisson(8, rate, 300, (random) => ({
      takes: random.between(0.2, 0.6),
      route: 'GET /order',
      client: random.integer(10, 500),
    }));
  it('shows the median without them', () => {
    const finding = healthChecksSkew.examine(syncPool(8, [...users(0.8), ...check(1, 300)]))!;
    expect(finding.evidence.routes).toBe('GET /health');
    expect(finding.evidence.period_seconds).toBeCloseTo(1, 1);
    expect(finding.evidence.median_without_seconds).toBeGreaterThan(0.3);
    expect(finding.evidence.median_with_seconds).toBeLessThan(0.2);
  });
  describe('under stamps as coarse as their period', () => {
    const coarse = (calls: readonly Call[]) => {
      const facts = syncPool(
        8,
        calls.map((call) => ({ ...call, at: Math.floor(call.at) })),
      );
      return { ...facts, requests: { ...facts.requests, resolution: facts.requests.resolution.map(() => 1e6) } };
    };
    // 0.97 s: two fall into the same second now and then.
    it('sees that they are spread too evenly for chance', () => {
      const finding = healthChecksSkew.examine(coarse([...users(0.8), ...check(0.97, 300)]))!;
      expect(finding.evidence.routes).toBe('GET /health');
      expect(finding.evidence.period_seconds).toBeCloseTo(0.97, 1);
    });
    it.each([1, 2, 3, 4, 5])('is quiet of calls at random (seed %i)', (seed) => {
      const quick = poisson(seed, 1, 300, () => ({ takes: 0.001, route: 'GET /ping', client: 9 }));
      expect(healthChecksSkew.examine(coarse([...users(0.8), ...quick]))).toBeNull();
    });
    it('is quiet of a quick route that many ask for within each second', () => {
      const busy = poisson(25, 60, 100, () => ({ takes: 0.002, route: 'GET /home' }));
      const seconds = new Map<number, number>();
      for (const { at } of busy) seconds.set(Math.floor(at), (seconds.get(Math.floor(at)) ?? 0) + 1);
      // Those of one second are put as evenly as may be.
      const spread = [...seconds].flatMap(([second, count]) =>
        Array.from({ length: count }, (_, k) => ({ ...busy[0], at: second + (k + 0.5) / count })),
      );
      const facts = syncPool(8, [...users(0.8), ...spread]);
      const stamps = { ...facts.requests, resolution: facts.requests.resolution.map(() => 1e6) };
      expect(healthChecksSkew.examine({ ...facts, requests: stamps })).toBeNull();
    });
  });
  it('is quiet when they are few', () =>
    expect(healthChecksSkew.examine(syncPool(8, [...users(10), ...check(5, 300)]))).toBeNull());
  it('is quiet of a quick route that people ask for', () => {
    const quick = poisson(9, 2, 300, () => ({ takes: 0.001, route: 'GET /ping', client: 9 }));
    expect(healthChecksSkew.examine(syncPool(8, [...users(0.8), ...quick]))).toBeNull();
  });
});
