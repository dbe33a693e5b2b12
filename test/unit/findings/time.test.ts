// Findings about moments: a burst of errors, workers that stay taken, a clock that jumps.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/finding.ts';
import clockOrLinesLost from '../../../src/findings/clock-or-lines-lost.ts';
import errorBurst from '../../../src/findings/error-burst.ts';
import heldAfterAnswer from '../../../src/findings/held-after-answer.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';
import { createRandom } from '../../helpers/random.ts';
import { asyncPool, type Call, event, NOON, poisson, request, syncPool } from '../../helpers/traffic.ts';

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
    expect(found.evidence.held_share).toBeLessThan(1);
  });
  it('is quiet where callers pause after a route, and where nothing holds', () => {
    expect(held(2, false)).toBeNull();
    expect(held(0, true)).toBeNull();
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
    const chatter = { ...input, unrelated: 145 };
    expect(clockOrLinesLost.examine({ ...facts, summary: { ...facts.summary, inputs: [chatter] } })).toBeNull();
  });
  it('is quiet of a pool in order', () => {
    const random = createRandom(21);
    const sync = poisson(22, 10, 100, () => ({ takes: random.between(0.01, 0.2) }));
    expect(clockOrLinesLost.examine(syncPool(4, sync))).toBeNull();
  });
});
