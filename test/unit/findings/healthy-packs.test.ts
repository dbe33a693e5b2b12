// Users who load pages, crawlers, and load tests that pause are no outage: nobody waited, whatever the mean rate says.
import { describe, expect, it } from 'vitest';
import noAnswers from '../../../src/findings/no-answers.ts';
import type { KnownRequest } from '../../helpers/known-requests.ts';
import { createRandom, type Random } from '../../helpers/random.ts';
import { factsOf, request } from '../../helpers/traffic.ts';

const lognormal = (random: Random, mean: number): number => mean * Math.exp(0.5 * random.normal() - 0.125);

/** `parts` requests after the one at `at`, over so many connections; → when the last was answered. Seconds. */
function pack(rows: KnownRequest[], random: Random, at: number, parts: number, connections: number, takes: number) {
  const free = Array.from({ length: connections }, () => at);
  for (let part = 0; part < parts; part++) {
    const k = free.indexOf(Math.min(...free));
    const call = { at: free[k], takes: lognormal(random, takes), route: `GET /part/${part}` };
    rows.push(request(call, call.at, String(7 + random.integer(0, 3))));
    free[k] += call.takes + 0.004;
  }
  return Math.max(...free);
}

/** Users who load a page with 18 parts over six connections, and read. */
function pages(seed: number, users: number, think: number, seconds: number): KnownRequest[] {
  const random = createRandom(seed);
  const rows: KnownRequest[] = [];
  for (let user = 0; user < users; user++) {
    let at = random.between(0, think);
    while (at < seconds) {
      at = pack(rows, random, at, 1, 1, 0.15);
      at = pack(rows, random, at + 0.01, 18, 6, 0.12) + random.exponential(think);
    }
  }
  return rows;
}

/** A crawler with so many connections that asks for 40 documents, and pauses for 3 to 8 s. */
function crawler(seed: number, connections: number): KnownRequest[] {
  const random = createRandom(seed);
  const rows: KnownRequest[] = [];
  for (let at = 0; at < 120; ) at = pack(rows, random, at, 40, connections, 0.04) + random.between(3, 8);
  return rows;
}

const async = { model: 'async' as const, workers: 2, threads: 1 };
const sync = { model: 'sync' as const, workers: 4, threads: 1 };
const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);
const told = (logs: readonly KnownRequest[][], server: typeof async | typeof sync): number[] =>
  seeds.filter((_, k) => noAnswers.examine(factsOf(logs[k], server)) !== null);

describe('no-answers, where nobody waited', () => {
  it.each([
    [1, 1.5, 80],
    [1, 4, 200],
    [2, 4, 120],
    [3, 6, 150],
    [5, 10, 200],
  ])('says nothing of %i users who load pages and read for %f s', (users, think, seconds) => {
    expect(
      told(
        seeds.map((seed) => pages(seed, users, think, seconds)),
        async,
      ),
    ).toEqual([]);
  });

  it.each([1, 2, 4])('says nothing of a crawler with %i connections', (connections) => {
    expect(
      told(
        seeds.map((seed) => crawler(seed, connections)),
        sync,
      ),
    ).toEqual([]);
  });

  it('says nothing of a load test that pauses between its phases', () => {
    const phases = (seed: number): KnownRequest[] => {
      const random = createRandom(seed);
      const rows: KnownRequest[] = [];

      for (const [from, to, rate] of [
        [0, 30, 5],
        [35, 45, 14],
      ])
        for (let at = from; at < to; at += random.exponential(1 / rate)) {
          const call = { at, takes: lognormal(random, 0.1), route: 'GET /r' };
          rows.push(request(call, at, String(7 + random.integer(0, 3))));
        }
      return rows;
    };
    expect(told(seeds.map(phases), sync)).toEqual([]);
  });

  it('says nothing of a load that goes on and off, whose queue is drained in the beginning of each pause', () => {
    const onAndOff = (seed: number): KnownRequest[] => {
      const random = createRandom(seed);
      const rows: KnownRequest[] = [];
      const free = [0, 0];
      for (let at = 0; at < 72; at += random.exponential(1 / 16)) {
        if (at % 15 > 6) at += 15 - (at % 15);
        const k = free.indexOf(Math.min(...free));
        const start = Math.max(at, free[k]);
        const call = { at, takes: random.exponential(0.2), route: 'GET /r' };
        free[k] = start + call.takes;
        rows.push(request(call, start, String(7 + k)));
      }
      return rows;
    };
    const pool = { ...sync, workers: 2 };
    const all = Array.from({ length: 60 }, (_, seed) => onAndOff(seed + 1));
    expect(all.filter((rows) => noAnswers.examine(factsOf(rows, pool)) !== null)).toEqual([]);
  });
});

describe('no-answers, where callers waited', () => {
  /** Callers at random on four sync workers that something held for 4 s, twice. */
  const held = (seed: number): KnownRequest[] => {
    const random = createRandom(seed);
    const rows: KnownRequest[] = [];
    const free = [0, 0, 0, 0];
    for (let at = 0; at < 120; at += random.exponential(1 / 8)) {
      const k = free.indexOf(Math.min(...free));
      let start = Math.max(at, free[k]);
      const call = { at, takes: lognormal(random, 0.15), route: 'GET /r' };
      for (const from of [40, 80]) if (start + call.takes > from && start < from + 4) start = from + 4;
      free[k] = start + call.takes;
      rows.push(request(call, start, String(7 + k)));
    }
    return rows;
  };

  it('tells of a pool that was held', () => {
    expect(told(seeds.map(held), sync)).toEqual(seeds);
    const finding = noAnswers.examine(factsOf(held(1), sync))!;
    expect(finding.severity).toBe('critical');
    expect(finding.evidence.pauses).toBe(2);
  });
});
