// A pool that stands still now and then with every slot taken: how often, how long, for how many; and what only looks like it.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import poolStalls from '../../../src/findings/pool-stalls.ts';
import type { KnownRequest } from '../../helpers/known-requests.ts';
import type { Random } from '../../helpers/random.ts';
import { type Call, factsOf, poisson, request } from '../../helpers/traffic.ts';

const recorded = async (name: string) =>
  (await postMortem([`test/faults/${name}.log.gz`], { formats })).summary.findings;

describe('recorded', () => {
  it('a log handler that writes to a slow disk holds 8 threads for 2 s every 12 s', async () => {
    const [finding, ...others] = await recorded('log-on-slow-disk');
    expect(finding).toMatchObject({ id: 'pool-stalls', severity: 'critical' });
    expect(finding.evidence).toMatchObject({ stalls: 5, in_hand: 8, slots: null });
    expect(finding.evidence.period_seconds).toBeCloseTo(12, 0);
    // Threads were taken within the first moments of each, so that none took much longer than 1.8 s.
    expect(finding.evidence.longest_seconds).toBeGreaterThan(1.5);
    expect(finding.evidence.longest_seconds).toBeLessThan(2);
    expect(others).toEqual([]);
  });

  it('a lock that stops 5 workers for 1.5 s, eight times at random, makes most of their queue', async () => {
    const [finding, ...others] = await recorded('lock-stops-pool');
    expect(finding).toMatchObject({ id: 'pool-stalls', severity: 'critical' });
    expect(finding.evidence.slots).toBe(5);
    expect(finding.evidence.stalls).toBeGreaterThanOrEqual(6);
    expect(finding.evidence.stalls).toBeLessThanOrEqual(8);
    expect(finding.evidence.period_seconds).toBeNull();
    expect(finding.evidence.longest_seconds).toBeCloseTo(1.5, 1);
    expect(finding.evidence.wait_share).toBeGreaterThan(0.6);
    expect(others).toEqual([]);
  });
});

it('the verdict of stalls says who found no slot, and does not leave open whether anybody did', async () => {
  for (const name of ['lock-stops-pool', 'lock-stops-six-threads', 'lock-in-each-process', 'stopped-now-and-then']) {
    const { sentence } = (await postMortem([`test/faults/${name}.log.gz`], { formats })).verdict;
    expect(sentence).toMatch(/stood still.* About \d+ callers (found no slot|came to them|came) meanwhile; (see|look)/);
    expect(sentence).not.toContain('may have');
  }
});

describe('recorded, of slots or of whole processes', () => {
  it('a lock that stops 6 threads three times is told though three alike may be chance', async () => {
    const [finding, ...others] = await recorded('lock-stops-six-threads');
    expect(finding).toMatchObject({ id: 'pool-stalls', severity: 'critical' });
    expect(finding.evidence).toMatchObject({ stalls: 3, in_hand: 6, slots: null });
    expect(others).toEqual([]);
  });

  it('locks of single processes are not told as a pool that stood still, for the others went on', async () => {
    const [finding, ...others] = await recorded('lock-in-each-process');
    expect(finding).toMatchObject({ id: 'process-stalls', severity: 'critical' });
    expect(finding.evidence).toMatchObject({ stalls: 10, processes: 2, in_hand_least: 5, in_hand_most: 5 });
    expect(finding.evidence.longest_seconds).toBeGreaterThan(2);
    expect(finding.evidence.longest_seconds).toBeLessThan(2.5);
    expect(finding.advice).toContain('A lock that a thread holds');
    expect(others).toEqual([]);
  });

  it('collections of garbage that stop a process with any number in hand are no slots that ran out', async () => {
    const [finding] = await recorded('gc-stops-waitress');
    expect(finding).toMatchObject({ id: 'no-answers', severity: 'critical' });
    expect(finding.title).toContain('the server stood still, with requests in hand');
    expect(finding.evidence.pauses).toBeGreaterThanOrEqual(3);
    expect(finding.evidence.pauses).toBeLessThanOrEqual(5);
  });

  it('processes that are stopped on a schedule are told with it, and explain the queue behind', async () => {
    const [finding, ...others] = await recorded('stopped-now-and-then');
    expect(finding).toMatchObject({ id: 'no-answers', severity: 'critical' });
    expect(finding.evidence.pauses).toBeGreaterThanOrEqual(5);
    expect(finding.evidence.pauses).toBeLessThanOrEqual(6);
    expect(finding.evidence.longest_seconds).toBeCloseTo(1.25, 1);
    expect(finding.evidence.period_seconds).toBeCloseTo(15, 0);
    expect(finding.evidence.wait_share).toBeGreaterThan(0.5);
    expect(others).toEqual([]);
  });
});

interface Hold {
  readonly from: number;
  readonly to: number;
  /** undefined: whatever is in hand. */
  readonly route?: string;
}

/** First come, first served on `slots` slots of which what begins in a hold gets on only when that is over. */
function held(slots: number, calls: readonly Call[], holds: readonly Hold[]): KnownRequest[] {
  const free = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  return calls.map((call) => {
    const slot = free.indexOf(Math.min(...free));
    const start = Math.max(call.at, free[slot]);
    const hold = holds.find(
      ({ from, to, route }) => from <= start && start < to && (route ?? call.route) === call.route,
    );
    const takes = call.takes + (hold ? hold.to - start : 0);
    free[slot] = start + takes;
    return request({ ...call, takes }, start, String(100 + slot));
  });
}

const quick = (random: Random) => ({ takes: random.between(0.04, 0.16), route: `GET /r${random.integer(0, 3)}` });
const every = (seconds: number, lasts: number, route?: string): Hold[] =>
  Array.from({ length: Math.floor(115 / seconds) }, (_, k) => ({
    from: (k + 1) * seconds,
    to: (k + 1) * seconds + lasts,
    ...(route === undefined ? {} : { route }),
  }));
const examined = (slots: number, rows: readonly KnownRequest[]) =>
  poolStalls.examine(factsOf(rows, { model: 'sync', workers: slots, threads: 1 }));

const seeds = Array.from({ length: 8 }, (_, k) => k + 1);

describe('simulated', () => {
  it.each(seeds)('tells how often, how long and for how many (seed %i)', (seed) => {
    const calls = poisson(seed, 30, 120, quick);
    const holds = every(20, 2);
    const finding = examined(6, held(6, calls, holds))!;
    expect(finding.evidence.stalls).toBe(holds.length);
    expect(finding.evidence.longest_seconds).toBeGreaterThan(1.6);
    expect(finding.evidence.longest_seconds).toBeLessThanOrEqual(2.2);
    const came =
      calls.filter(({ at }) => holds.some(({ from, to }) => at >= from && at < to)).length - 6 * holds.length;
    expect(finding.evidence.callers).toBeGreaterThan(came * 0.7);
    expect(finding.evidence.callers).toBeLessThan(came * 1.4);
    expect(finding.evidence.wait_share).toBeGreaterThan(0.7);
  });

  it.each(seeds)(
    'says nothing of two of them, of one route, of heavy tails, and of a load that fills the pool (seed %i)',
    (seed) => {
      const calls = poisson(seed, 30, 120, quick);
      expect(examined(6, held(6, calls, every(50, 2)))).toBeNull();
      expect(examined(6, held(6, calls, every(20, 2, 'GET /r1')))).toBeNull();
      const tails = poisson(seed, 8, 240, (random) => ({
        takes: random.next() < 0.1 ? random.between(1, 3) : random.between(0.05, 0.15),
        route: `GET /r${random.integer(0, 3)}`,
      }));
      for (const slots of [2, 3, 4]) expect(examined(slots, held(slots, tails, []))).toBeNull();
      expect(examined(3, held(3, calls, []))).toBeNull();
    },
  );

  // Two rounds of the pool: a stall holds one.
  it.each(seeds)('says nothing of a backend that is slow for a while (seed %i)', (seed) => {
    for (const lasts of [3, 12]) {
      const slow = every(30, lasts);
      const calls = poisson(seed, 25, 120, quick).map((call) =>
        slow.some(({ from, to }) => call.at >= from && call.at < to) ? { ...call, takes: call.takes + 1.4 } : call,
      );
      expect(examined(8, held(8, calls, []))).toBeNull();
    }
    const twoRounds = poisson(seed, 25, 120, quick);
    for (const { from } of every(20, 1)) {
      const first = twoRounds.findIndex(({ at }) => at >= from);
      for (let k = first; k < first + 16; k++) twoRounds[k] = { ...twoRounds[k], takes: twoRounds[k].takes + 1.4 };
    }
    expect(examined(8, held(8, twoRounds, []))).toBeNull();
  });
});
