// Servers, or pools one after the other, that were each asked alone: their answers joined.
import { describe, expect, it } from 'vitest';
import { type PoolPart, toldRegimes, waitsOfParts, wereWrittenAtOnce } from '../../../src/analysis/several-servers.ts';
import type { Regime } from '../../../src/analysis/structure/regimes.ts';
import { exactly } from '../../../src/analysis/structure/structure.ts';
import type { WaitInference } from '../../../src/core/inference.ts';
import { emptyTable } from '../../helpers/simulated-table.ts';

const SECOND = 1e6;

/** A part whose requests took a second each, with its waits (s, by row). */
function part(rows: readonly number[], waits: readonly number[], told: Partial<WaitInference> = {}): PoolPart {
  const column = (of: (k: number) => number) => Float64Array.from(rows, (_, k) => of(k));
  const wait = waits.map((seconds) => seconds * SECOND).sort((a, b) => a - b);
  const mean = wait.reduce((sum, one) => sum + one, 0) / wait.length;
  const p95 = wait[wait.length - 1];
  return {
    rows: Int32Array.from(rows),
    inference: {
      model: 'sync',
      modelConfidence: 0.9,
      modelMethod: 'known',
      threads: exactly(1, 0.9, 'known'),
      capacity: exactly(2, 0.9, 'known'),
      unbounded: false,
      concurrency: {
        mean: 1,
        p95: 2,
        peak: 2,
        saturatedMicros: 3 * SECOND,
        saturatedRatio: 0.1,
        peakAtLeast: Number.NaN,
      },
      requests: {
        start: column((k) => k * SECOND),
        end: column((k) => (k + 1) * SECOND),
        uncertainty: column(() => 0),
        lane: Int32Array.from(rows, () => 0),
        wait: column((k) => waits[k] * SECOND),
      },
      wait: {
        method: 'inferred',
        confidence: 0.9,
        basis: 'possible histories',
        mean,
        p50: wait[wait.length >> 1],
        p95,
        p99: p95,
        max: p95,
        lowMean: mean / 2,
        highMean: 2 * mean,
        lowP95: p95 / 2,
        highP95: 2 * p95,
        waitingRatio: 1,
        peakQueue: 1,
        full: Number.NaN,
        callers: null,
        ...told,
      },
    },
  };
}

const joined = (...parts: PoolPart[]) =>
  waitsOfParts(
    parts,
    parts.reduce((sum, { rows }) => sum + rows.length, 0),
    'two servers',
  );

describe('the waits of two servers', () => {
  const even = part([0, 2, 4, 5], [1, 1, 1, 1]);
  const odd = part([1, 3], [4, 4], { confidence: 0.7, peakQueue: 5 });

  it('stand at their rows', () =>
    expect([...joined(even, odd).requests.wait].map((x) => x / SECOND)).toEqual([1, 4, 1, 4, 1, 1]));

  it('are weighted by requests, in a range that is weighted as well, as sure as the less sure', () => {
    const { wait } = joined(even, odd);
    expect(wait).toMatchObject({ method: 'inferred', confidence: 0.7, peakQueue: 5 });
    expect(wait.mean).toBe(2 * SECOND);
    expect([wait.lowMean, wait.highMean]).toEqual([1 * SECOND, 4 * SECOND]);
    expect(wait.basis).toBe('two servers: possible histories');
  });

  it('have the 95th percentile of all, with ends as far off as theirs are', () => {
    const { p95, lowP95, highP95 } = joined(even, odd).wait;
    expect(p95).toBeGreaterThan(3 * SECOND);
    expect(lowP95 / p95).toBeCloseTo(0.5, 9);
    expect(highP95 / p95).toBeCloseTo(2, 9);
  });

  it('are measured where both are, and of callers only where they come alike', () => {
    const measured = { method: 'measured' } as const;
    expect(joined(part([0], [1], measured), part([1], [1], measured)).wait.method).toBe('measured');
    expect(joined(part([0], [1], measured), part([1], [1])).wait.method).toBe('inferred');
    expect(joined(even, odd).wait.callers).toBeNull();
    expect(joined(even, part([1, 3], [4, 4], { callers: 'not-asked' })).wait.callers).toBe('not-asked');
  });

  it('are unknown where those of more than a tenth of the requests are', () => {
    const silent = { mean: Number.NaN, basis: 'nothing tells' };
    const { wait, requests } = joined(even, part([1, 3], [4, 4], silent));
    expect(wait).toMatchObject({
      method: 'unknown',
      basis: 'two servers, and not all of them tell their waits: nothing tells',
    });
    expect(requests.wait.every(Number.isNaN)).toBe(true);
    const rows = Array.from({ length: 19 }, (_, k) => k);
    const most = joined(
      part(
        rows,
        rows.map(() => 1),
      ),
      part([19], [4], silent),
    );
    expect(most.wait.mean).toBe(SECOND);
  });
});

describe('pools one after the other', () => {
  const regime = (from: number, to: number, workers: number, requests: number): Regime => ({
    from: from * SECOND,
    to: to * SECOND,
    requests,
    workers: exactly(workers, 0.9, 'pids'),
    lives: [],
    slots: null,
    slotsOfEach: null,
    tells: true,
  });
  const regimes = [regime(0, 10, 2, 2), regime(10, 20, 3, 1)];
  const parts = [part([0, 1], [1, 3]), part([2], [5])];

  it('are told with their own requests, times and waits', () => {
    expect(toldRegimes(regimes, parts, null)).toMatchObject([
      { workers: 2, requests: 2, serviceMean: SECOND, saturatedMicros: 3 * SECOND, waitMean: 2 * SECOND },
      { workers: 3, requests: 1, serviceMean: SECOND, waitMean: 5 * SECOND },
    ]);
  });

  it('with their part of the waits where they share a queue; unknown where none of these is known', () => {
    const queue = waitsOfParts([part([0, 1], [2, 4])], 3, 'one queue');
    const [first, second] = toldRegimes(regimes, parts, queue);
    expect(first.waitMean).toBe(3 * SECOND);
    expect(second.waitMean).toBeNaN();
  });
});

describe('logs that name no workers', () => {
  /** A table of a request each half second in each log, from and to the given seconds; a log for each input. */
  function logs(...spans: readonly (readonly [from: number, to: number])[]) {
    const instants = spans.flatMap(([from, to], source) =>
      Array.from({ length: 2 * (to - from) + 1 }, (_, k) => ({
        source,
        end: (from + k / 2) * SECOND,
        offset: 100 * k,
      })),
    );
    const table = emptyTable(instants.length, 1);
    instants.forEach(({ source, end, offset }, row) => {
      table.source[row] = source;
      table.end[row] = end;
      table.offset[row] = offset;
    });
    return table;
  }

  it('were written at once if they share more than half of the shorter one', () => {
    expect(wereWrittenAtOnce(logs([0, 60], [10, 40]), [])).toBe(true);
    // A third one may begin between them.
    expect(wereWrittenAtOnce(logs([0, 60], [1, 3], [10, 40]), [])).toBe(true);
  });

  it('are parts of one log if one begins about where the other ends', () => {
    expect(wereWrittenAtOnce(logs([0, 60]), [])).toBe(false);
    expect(wereWrittenAtOnce(logs([0, 60], [60, 120], [121, 180]), [])).toBe(false);
    // A last long request reaches into the next part.
    expect(wereWrittenAtOnce(logs([0, 64], [60, 120]), [])).toBe(false);
  });

  it('are told apart within an input by where they begin', () => {
    const table = logs([0, 100]);
    for (let row = 100; row < table.length; row++) table.end[row] -= 50 * SECOND;
    expect(wereWrittenAtOnce(table, [])).toBe(false);
    expect(wereWrittenAtOnce(table, [{ source: 0, offset: table.offset[100] }])).toBe(true);
  });
});
