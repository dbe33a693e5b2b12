// More routes than are told apart: what is said of them depends neither on the order of the requests nor on how the log was cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { Partial } from '../../src/analysis/partial.ts';
import { partialOfState, stateOf } from '../../src/analysis/partial-state.ts';
import { createBatch, type StreamFacts } from '../../src/core/batch.ts';
import { createNames } from '../../src/core/names.ts';
import { createRandom } from '../../src/core/random.ts';

const facts: StreamFacts = {
  format: 'gunicorn',
  envelope: null,
  stampMeaning: 'end',
  resolutionMicros: 1_000_000,
  zone: '+00:00',
  durationCovers: 'service',
  fields: { time: true, duration: true, worker: true, thread: false, wait: false, arrival: false },
};

interface Request {
  readonly route: string;
  readonly micros: number;
  readonly status: number;
}

/** Requests of three busy routes among very many rare ones. */
function traffic(seed: number, count: number): Request[] {
  const random: () => number = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const kind = random();
    const verb = random() < 0.8 ? 'GET' : 'POST';
    const route =
      kind < 0.2 ? 'GET /busy' : kind < 0.25 ? 'POST /orders' : kind < 0.27 ? 'GET /slow' : `${verb} /page-${i}`;
    return {
      route,
      micros: Math.round(1000 + 9000 * random()) * (route === 'GET /slow' ? 100 : 1),
      status: random() < 0.1 ? 500 : 200,
    };
  });
}

/** A partial of the requests [from, to) of a log whose lines have 100 bytes. */
function partialOf(requests: readonly Request[], from: number, to: number): Partial {
  const partial = new Partial(createNames(Number.POSITIVE_INFINITY));
  const batch = createBatch(512, facts, 0);
  const flush = () => {
    partial.batch(batch);
    batch.length = 0;
  };
  for (let i = from; i < to; i++) {
    const row = batch.length++;
    const { route, micros, status } = requests[i];
    batch.time[row] = 1_700_000_000_000_000 + Math.floor(i / 50) * 1_000_000;
    batch.duration[row] = micros;
    batch.worker[row] = partial.names.workers.add(String(10 + (i % 4)));
    batch.route[row] = partial.names.routes.add(route);
    batch.status[row] = status;
    batch.bytes[row] = 100;
    batch.offset[row] = i * 100;
    if (batch.length === batch.capacity) {
      flush();
      if (partial.names.routes.size > 9000) partial.dropRoutes();
    }
  }
  flush();
  return partial;
}

const summaryOf = (partial: Partial) =>
  analyse(partial, { inputs: [], version: 'test', howToLog: () => '', effort: 'live' }).summary;

/** Joins neighbours in a random order, some through the form in which other processes send them. */
function join(parts: Partial[], random: () => number): Partial {
  const left = [...parts];
  while (left.length > 1) {
    const at = Math.floor(random() * (left.length - 1));
    const right = random() < 0.5 ? partialOfState(stateOf(left[at + 1])) : left[at + 1];
    left[at].merge(right);
    left.splice(at + 1, 1);
  }
  return left[0];
}

describe('very many routes', () => {
  it('give the same summary for every cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(1500, 3000, 30_000),
        fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 6 }),
        (seed, count, places) => {
          const requests = traffic(seed, count);
          const whole = JSON.stringify(summaryOf(partialOf(requests, 0, count)));
          const cuts = [0, ...places.map((place) => place % count).sort((a, b) => a - b), count];
          const parts = cuts.slice(1).map((to, k) => partialOf(requests, cuts[k], to));
          expect(JSON.stringify(summaryOf(join(parts, createRandom(seed + 1))))).toBe(whole);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('list the busy ones, never with too few requests, and too many only within what is said', () => {
    const count = 60_000;
    const requests = traffic(4, count);
    const { routes, route_estimates: estimates, requests: all } = summaryOf(partialOf(requests, 0, count));
    const truth = (route: string) => requests.filter((one) => one.route === route).length;
    expect(routes.map(({ route }) => route).sort()).toEqual([
      'GET (other)',
      'GET /busy',
      'GET /slow',
      'POST (other)',
      'POST /orders',
    ]);
    for (const route of ['GET /busy', 'GET /slow', 'POST /orders']) {
      const told = routes.find((one) => one.route === route)!.requests;
      expect(told).toBeGreaterThanOrEqual(truth(route));
      expect(told).toBeLessThanOrEqual(truth(route) + estimates!.excess_requests);
    }
    expect(routes.reduce((sum, { requests }) => sum + requests, 0)).toBe(all.total);
    const distinct = new Set(requests.map(({ route }) => route)).size;
    expect(Math.abs(estimates!.distinct_routes - distinct) / distinct).toBeLessThan(0.12);
    const slow = routes.find(({ route }) => route === 'GET /slow')!;
    expect(slow.service_time.p50).toBeGreaterThan(0.4);
    expect(slow.service_time.p50).toBeLessThan(0.7);
  });

  it('are counted exactly while there are few', () => {
    const requests = traffic(5, 1500);
    const summary = summaryOf(partialOf(requests, 0, 1500));
    expect(summary.route_estimates).toBeUndefined();
    expect(summary.routes.find(({ route }) => route === 'GET /busy')?.requests).toBe(
      requests.filter(({ route }) => route === 'GET /busy').length,
    );
  });
});
