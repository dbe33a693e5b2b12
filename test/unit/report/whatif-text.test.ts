// The report of what if: names of pools, columns that tell something, and a sentence where nothing can be told.
import { describe, expect, it } from 'vitest';
import type { WhatIf, WhatIfScenario } from '../../../src/core/what-if.ts';
import { whatIfText } from '../../../src/report/whatif-text.ts';

const nothing = { mean: null, p50: null, p95: null, p99: null, max: null };
const some = (value: number) => ({ mean: value, p50: value, p95: value, p99: value, max: value });
const noRange = { wait_mean: null, wait_p95: null, latency_p95: null, throughput: null };

const scenario = (more: Partial<WhatIfScenario>): WhatIfScenario => ({
  model: 'sync',
  workers: 4,
  threads: 1,
  utilisation: 0.5,
  wait: some(0.1),
  latency: some(0.3),
  throughput: 10,
  peak_queue: 3,
  range: noRange,
  ...more,
});

const told = (document: Partial<WhatIf>): string =>
  whatIfText({
    document: {
      schema: 'logscope/whatif/v1',
      baseline: null,
      scenarios: [],
      recommendation: null,
      repetitions: 10,
      assumptions: [],
      target_p95_wait: 0.2,
      ...document,
    },
    path: 'access.log',
    width: 120,
    paint: (_, words) => words,
  });

describe('the row of the pool that wrote the log', () => {
  it('is that of now, where there was one pool', () => {
    expect(told({ baseline: scenario({}), scenarios: [scenario({ workers: 5 })] })).toContain('4 sync, now');
  });
  it('is told apart from the same pool simulated, where both stand in the table', () => {
    const explained = '"4 sync, now" is what the log tells; "4 sync" is the same pool simulated';
    const baseline = scenario({});
    expect(told({ baseline, scenarios: [scenario({}), scenario({ workers: 5 })] })).toContain(explained);
    expect(told({ baseline, scenarios: [scenario({ workers: 5 })] })).not.toContain('simulated');
  });
  it('names the pools one after the other, where it changed', () => {
    const text = (workers: number[]) =>
      told({
        baseline: { ...scenario({ workers: 8 }), in_turn: workers.map((count) => ({ workers: count, slots: count })) },
        scenarios: [scenario({ workers: 9 })],
      });
    expect(text([4, 8])).toContain('4, then 8 sync ');
    expect(text([4, 8])).not.toContain('now');
    expect(text([3, 2, 4, 8, 5])).toContain('2 to 8 sync ');
  });
});

describe('what is not known', () => {
  it('has no column of question marks', () => {
    const async = { model: 'async' as const, utilisation: null, wait: nothing, peak_queue: null };
    const text = told({ baseline: scenario({ ...async, latency: nothing }), scenarios: [scenario(async)] });
    expect(text.split('\n')[2]).toMatch(/^pool +latency p50 +p95 +p99 +answers\/s$/);
  });
  it('of any pool is said in a sentence, without a table of them', () => {
    const unknown = { model: 'async' as const, utilisation: null, wait: nothing, latency: nothing, peak_queue: null };
    const text = told({
      baseline: scenario({ ...unknown, latency: some(0.3) }),
      scenarios: [1, 2, 3].map((workers) => scenario({ ...unknown, workers, throughput: null })),
    });
    expect(text).toContain('No other pool can be simulated from this log');
    expect(text).not.toContain('2 async');
  });
});

describe('where no other pool can be simulated', () => {
  const reason = 'No other pool can be simulated from this log (see below).';
  const unknown = { wait: nothing, latency: nothing, throughput: null };

  it('the pool of now has its row, if its waits or answers are known', () => {
    for (const baseline of [scenario({}), scenario({ ...unknown, latency: some(0.3) })]) {
      const text = told({ baseline, repetitions: 0 });
      expect(text).toContain('4 sync, now');
      expect(text).toContain(reason);
    }
  });

  it('the reason stands alone, where nothing is known of it, or nothing is told of any', () => {
    for (const document of [{ repetitions: 0 }, { scenarios: [scenario(unknown)] }])
      for (const baseline of [null, scenario(unknown)]) {
        const text = told({ ...document, baseline });
        expect(text).toContain(reason);
        expect(text).not.toContain('sync');
      }
  });
});

describe('a range so wide that no number in it is a measure', () => {
  const wide = { ...noRange, wait_mean: [0, 9.6], wait_p95: [0.001, 22] } satisfies WhatIfScenario['range'];
  const known = { ...noRange, wait_mean: [0.08, 0.14], wait_p95: [0.3, 0.6] } satisfies WhatIfScenario['range'];
  const text = told({
    baseline: { ...scenario({}), range: known },
    scenarios: [scenario({ workers: 5, wait: some(0.62), range: wide }), scenario({ workers: 6, range: known })],
  });
  const rowsOf = (pool: string) => text.split('\n').filter((line) => line.startsWith(pool));

  it('is told by its ends alone, in the table and in the chart', () => {
    expect(text).not.toContain('620 ms');
    expect(rowsOf('5 sync').map((row) => row.slice(-13).trim())).toEqual(['1 ms to 22 s', '1 ms to 22 s']);
    expect(text).toContain('no number between its ends is a measure');
  });
  it('leaves the numbers of the other pools, and of the present one with its range', () => {
    for (const pool of ['4 sync, now', '6 sync']) {
      const [row] = rowsOf(pool);
      expect(row).toContain('100 ms');
      expect(row).toContain('300 ms to 600 ms');
    }
  });
  it('has a bar that is light from its near end to its far one', () => {
    expect(rowsOf('5 sync')[1]).toMatch(/^5 sync +█░+ /);
  });
});
