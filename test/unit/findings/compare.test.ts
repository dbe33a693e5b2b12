// A comparison reports what changed, and never the noise of two runs of the same thing.
import { describe, expect, it } from 'vitest';
import type { Diff } from '../../../src/core/diff.ts';
import type { Facts } from '../../../src/core/finding.ts';
import { compare } from '../../../src/findings/compare.ts';
import { timeMeasure } from '../../../src/findings/compare-measures.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import { diffText } from '../../../src/report/diff-text.ts';
import type { Random } from '../../helpers/random.ts';
import { poisson, syncPool } from '../../helpers/traffic.ts';

const side = (path: string, facts: Facts) => ({ path, analysis: facts, findings: diagnose(facts) });
const diffOf = (before: Facts, after: Facts): Diff => compare(side('before.log', before), side('after.log', after));
const timesOf = (before: Facts, after: Facts): Diff =>
  compare({ path: 'a', analysis: before, findings: [] }, { path: 'b', analysis: after, findings: [] });

const textOf = (diff: Diff): string => diffText(diff, 100, (_, words) => words);

const views = (seed: number, rate = 5, factor = 1, errors = 0) =>
  poisson(seed, rate, 200, (random: Random) => {
    const list = random.next() < 0.5;
    return {
      takes: (list ? 0.1 * factor : 0.5) * random.between(0.3, 1.7),
      route: list ? 'GET /list' : 'GET /show',
      status: random.next() < errors ? 500 : 200,
    };
  });

describe('two runs of the same pool under the same load', () => {
  it('differ in nothing, whatever the load', () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= 24; seed++) {
      const rate = [3, 8, 11][seed % 3];
      const diff = timesOf(syncPool(4, views(seed, rate)), syncPool(4, views(seed + 500, rate)));
      const measures = [diff.wait_mean, diff.service_time_mean, diff.latency_mean, diff.error_ratio];
      for (const route of diff.routes) measures.push(route.service_time_mean, route.wait_mean, route.error_ratio);
      for (const { change, before, after, p } of measures) {
        if (change === 'better' || change === 'worse') wrong.push(`${seed}: ${before} → ${after}, p ${p}`);
      }
    }
    // 240 tests at a level of 1 % for each comparison as a whole: one or two by chance.
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(2);
  });
});

describe('a change', () => {
  it('of one route is found in that route alone', () => {
    const diff = diffOf(syncPool(8, views(1)), syncPool(8, views(2, 5, 0.5)));
    const change = (name: string) => diff.routes.find(({ route }) => route === name)!.service_time_mean.change;
    expect(change('GET /list')).toBe('better');
    expect(['same', 'unclear']).toContain(change('GET /show'));
    expect(diff.verdict).toContain('aster: GET /list');
  });
  it('of the workers ends the queue, and the findings about it', () => {
    const load = views(3, 11);
    const diff = diffOf(syncPool(3, load), syncPool(8, load));
    expect(diff.server).toMatchObject({ workers: { before: 3, after: 8 }, changed: true });
    expect(diff.wait_mean.after).toBeLessThan(0.01);
    expect(diff.findings.gone).toContain('pool-saturated');
    expect(diff.findings.new).not.toContain('pool-saturated');
    expect(diff.verdict).toContain('3 sync workers became 8 sync workers');
  });
  it('of the errors is found', () => {
    const diff = diffOf(syncPool(8, views(4)), syncPool(8, views(5, 5, 1, 0.1)));
    expect(diff.error_ratio.change).toBe('worse');
    expect(diffOf(syncPool(8, views(5, 5, 1, 0.1)), syncPool(8, views(4))).error_ratio.change).toBe('better');
  });
  it('of the routes is told', () => {
    const extra = syncPool(8, [...views(6), { at: 100, takes: 0.1, route: 'GET /new' }]);
    const diff = diffOf(syncPool(8, views(6)), extra);
    expect(diff.routes_alone).toEqual({ before: [], after: [{ route: 'GET /new', requests: 1 }] });
    expect(textOf(diff)).toContain('Routes only after: GET /new (1 request)');
  });
  it('of the load is said, because it changes waits by itself', () => {
    expect(diffOf(syncPool(8, views(6)), syncPool(8, views(7, 8))).verdict).toContain('The load differs');
  });
});

describe('a mean wait', () => {
  it('is that of the history in the middle, as the report tells it, and not that of all of them', () => {
    const facts = syncPool(2, views(9));
    const { requests } = facts.inference;
    // Two likely histories and a long one.
    const waitSamples = [1, 1.1, 20].map((factor) => requests.wait.map((micros) => micros * factor));
    const wait = requests.wait.map((_, i) => waitSamples.reduce((sum, sample) => sum + sample[i], 0) / 3);
    const blurred = {
      ...facts,
      requests: { ...facts.requests },
      inference: { ...facts.inference, requests: { ...requests, wait, waitSamples } },
    };
    const mean = (column: Float64Array) => column.reduce((a, b) => a + b, 0) / column.length / 1e6;
    const { wait_mean: told, latency_mean: latency, routes } = timesOf(blurred, blurred);
    expect(told.before).toBeCloseTo(mean(waitSamples[1]), 6);
    expect(latency.before).toBeCloseTo(told.before! + facts.summary.service_time.mean!, 3);
    for (const route of routes) expect(route.wait_mean.after!).toBeLessThan(1.3 * told.after!);
  });
});

describe('what cannot be compared', () => {
  it('is unclear when there are too few requests', () => {
    const few = (takes: number) =>
      syncPool(
        4,
        Array.from({ length: 10 }, (_, i) => ({ at: i, takes })),
      );
    const diff = diffOf(few(0.5), few(0.4));
    expect(diff.service_time_mean).toMatchObject({ change: 'unclear', p: null, doubt: 'few-requests' });
    expect(textOf(diff)).toMatch(/service time, mean +500 ms +400 ms {2}unclear: too few requests for a test\n/);
    expect(diff.verdict).toContain('the mean service time went from 500 ms to 400 ms, which chance may do');
  });
  it('is no change of the wait either, where a few callers stood in a queue', () => {
    const burst = (n: number) =>
      syncPool(
        2,
        Array.from({ length: n }, () => ({ at: 0, takes: 1 })),
      );
    const seldom = syncPool(
      2,
      Array.from({ length: 20 }, (_, i) => ({ at: 5 * i, takes: 1 })),
    );
    expect(diffOf(seldom, burst(5)).wait_mean).toMatchObject({ change: 'unclear', doubt: 'few-requests' });
    expect(diffOf(seldom, burst(40)).wait_mean).toMatchObject({ change: 'worse', doubt: null });
  });
  it('is unclear, and the text says why, where chance would do as much', () => {
    const diff = diffOf(syncPool(8, views(11)), syncPool(8, views(12, 5, 1, 0.004)));
    expect(diff.error_ratio).toMatchObject({ change: 'unclear', doubt: 'chance' });
    expect(diff.error_ratio.p).toBeGreaterThan(diff.level);
    expect(textOf(diff)).toMatch(/errors .*unclear: may be chance \(p 0\.\d+\)/);
    expect(textOf(diff)).toContain('chance makes such a difference too often');
  });
  it('is unclear where the waits differ beyond chance, but their ranges overlap: no p stands beside that', () => {
    const wide = (facts: Facts) => {
      const { wait } = facts.summary;
      const summary = {
        ...facts.summary,
        wait: { ...wait, low: { ...wait.low, mean: 0 }, high: { ...wait.high, mean: 9 } },
      };
      return { ...facts, summary };
    };
    const diff = diffOf(wide(syncPool(4, views(13, 11))), wide(syncPool(8, views(14, 11))));
    expect(diff.wait_mean).toMatchObject({ change: 'unclear', doubt: 'ranges-overlap' });
    expect(diff.wait_mean_range).toEqual({ before: [0, 9], after: [0, 9] });
    expect(diff.verdict).toMatch(
      /Whether the mean wait changed is open: it was .* \(0 s to 9 s\) before and .*overlap/,
    );
    expect(textOf(diff)).toMatch(/wait, mean .* unclear: the ranges of the waits overlap\n/);
  });
  it('of the latency holds the service time on top of both ends of the wait: short waits that are open do not hide a slower view', () => {
    const open = (facts: Facts) => {
      const { wait } = facts.summary;
      const summary = {
        ...facts.summary,
        wait: { ...wait, low: { ...wait.low, mean: 0 }, high: { ...wait.high, mean: 0.05 } },
      };
      return { ...facts, summary };
    };
    const slower = views(14, 4).map((call) => ({ ...call, takes: 2 * call.takes }));
    const diff = diffOf(open(syncPool(12, views(13, 4))), open(syncPool(12, slower)));
    expect(diff.service_time_mean.change).toBe('worse');
    expect(diff.latency_mean.change).toBe('worse');
  });
  it('is a change where the waits are further apart than the errors of both logs explain, though the ends of their ranges meet', () => {
    // A queue that grows and shrinks again: too knotted for a test of blocks.
    const wave = (mean: number) =>
      Array.from({ length: 600 }, (_, i) => 1e6 * mean * (1 + 0.9 * Math.sin((i / 600) * 2 * Math.PI)));
    const measured = (before: number, after: number, ranges: [[number, number], [number, number]]) =>
      timeMeasure({ values: wave(before) }, { values: wave(after) }, 0.001, {
        before: ranges[0],
        after: ranges[1],
        known: true,
        inferred: true,
      });
    // Four workers became eight: the true waits were 5.0 s and 6 ms.
    const grown = measured(5.8, 0.0057, [
      [0.568, 45],
      [0, 1.2],
    ]);
    expect(grown).toMatchObject({ change: 'better', doubt: null });
    const doubtful = measured(2, 1, [
      [0.5, 8],
      [0.2, 4],
    ]);
    expect(doubtful).toMatchObject({ change: 'unclear', doubt: 'ranges-overlap' });
  });
  it('is explained only where something is unclear', () => {
    expect(textOf(diffOf(syncPool(4, views(9)), syncPool(4, views(9))))).not.toContain('unclear');
  });
  it('says of a pool that may be either kind neither that it became one', () => {
    const facts = syncPool(4, views(8));
    const estimate = { ...facts.summary.server.workers, value: null };
    const server = {
      ...facts.summary.server,
      model: 'pool' as const,
      workers: estimate,
      threads: estimate,
      capacity: estimate,
    };
    const diff = diffOf({ ...facts, summary: { ...facts.summary, server } }, facts);
    expect(diff.server.changed).toBe(false);
    expect(diff.verdict).toContain('Nothing changed');
  });
  it('says of a kind that is a reading rather than known that it may be the same', () => {
    const facts = syncPool(4, views(8));
    const unknown = { ...facts.summary.server.workers, value: null };
    const server = { ...facts.summary.server, model: 'async' as const, model_confidence: 0.5, capacity: unknown };
    const diff = diffOf({ ...facts, summary: { ...facts.summary, server } }, facts);
    expect(diff.server.model).toEqual({ before: 'unknown', after: 'sync' });
    expect(diff.server.changed).toBe(false);
  });
  it('is said to be untold, not unchanged, where no log has times', () => {
    const facts = syncPool(4, views(8));
    const none = (column: Float64Array) => column.map(() => Number.NaN);
    const { requests } = facts.inference;
    const silent = {
      ...facts,
      requests: { ...facts.requests },
      inference: {
        ...facts.inference,
        requests: { ...requests, start: none(requests.start), wait: none(requests.wait) },
      },
    };
    expect(timesOf(silent, silent).verdict).toContain('Whether times changed cannot be told');
  });
  it('is unknown when one log has no waits', () => {
    const facts = syncPool(4, views(8));
    const blind = {
      ...facts,
      summary: { ...facts.summary, wait: { ...facts.summary.wait, method: 'unknown' as const } },
    };
    expect(diffOf(facts, blind).wait_mean.change).toBe('unknown');
  });
  it('gives the same answer twice', () => {
    const once = diffOf(syncPool(4, views(9)), syncPool(4, views(10)));
    expect(diffOf(syncPool(4, views(9)), syncPool(4, views(10)))).toEqual(once);
  });
});
