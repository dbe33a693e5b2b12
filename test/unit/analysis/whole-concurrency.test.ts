// How many requests of a long log ran at once, where its timeline tells more than the part of it that was followed.
import { describe, expect, it } from 'vitest';
import { strataOf } from '../../../src/analysis/strata.ts';
import type { TimelineView } from '../../../src/analysis/timeline.ts';
import { concurrencyOf } from '../../../src/analysis/whole-concurrency.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';

const SECOND = 1_000_000;
const BEGIN = 1_700_000_000 * SECOND;

/** Four workers, of which one request was followed; a hundred seconds of them, busy as asked. */
function concurrency(busyShare: (second: number) => number) {
  const request = { start: BEGIN, end: BEGIN + SECOND, wait: 0, worker: '70', route: 'GET /' };
  const { inference, requests } = knownAnalysis([request], { model: 'sync', workers: 4, threads: 1 });
  const view: TimelineView = {
    from: BEGIN,
    stepSeconds: 1,
    requests: new Float64Array(100).fill(20),
    errors: new Float64Array(100),
    busyMicros: Float64Array.from({ length: 100 }, (_, second) => 4 * SECOND * busyShare(second)),
  };
  const strata = strataOf(view, () => 4)!;
  return concurrencyOf(inference, requests, { strata, isKnown: new Uint8Array(100) });
}

describe('a log of which no step was followed from where nobody queued on', () => {
  it('ran as many requests at once as it has slots, where all were busy', () => {
    expect(concurrency(() => 1)).toEqual({ p95: 4, saturatedMicros: 100 * SECOND, saturatedRatio: 1 });
  });

  it('ran about as many as its timeline tells, where not', () => {
    expect(concurrency(() => 0.5)).toEqual({ p95: 2, saturatedMicros: 0, saturatedRatio: 0 });
  });

  it('counts the time at both', () => {
    expect(concurrency((second) => (second < 50 ? 0.2 : 1)).p95).toBe(4);
    expect(concurrency((second) => (second < 98 ? 0.2 : 1)).p95).toBe(1);
  });
});
