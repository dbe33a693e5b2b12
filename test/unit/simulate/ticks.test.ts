// Ends within one tick stand in the order of their lines, and each inside its tick.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { drawStarts, traceOf } from '../../../src/simulate/trace.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';

const SECOND = 1e6;

/** Two ends a second, as stamps of one second show them: both known to half a second alone. */
function coarse() {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const end = 1_000 * SECOND + Math.floor(i / 2) * SECOND;
    return { start: end - (i % 2 === 0 ? 0.1 : 0.9) * SECOND, end, wait: 0, worker: `w${i % 8}`, route: 'GET /a' };
  });
  const analysis = knownAnalysis(rows, { model: 'sync', workers: 8, threads: 1 });
  const { requests } = analysis;
  requests.resolution.fill(SECOND);
  analysis.inference.requests.uncertainty.fill(SECOND / 2);
  return analysis;
}

describe('starts drawn from a log of one-second stamps', () => {
  const result = traceOf(coarse());
  if ('missing' in result) throw new Error(result.missing);
  const { trace } = result;

  it('leave every end in its second, and the order of lines as it is', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const start = drawStarts(trace, createRandom(seed));
      const ends = Float64Array.from(start, (at, i) => at + trace.service[i]);
      const stamps = Float64Array.from(ends, (end) => Math.floor(end / SECOND));
      for (const group of trace.ticks.groups) {
        expect(new Set(Array.from(group, (i) => stamps[i])).size).toBe(1);
        expect(ends[group[0]]).toBeLessThan(ends[group[1]]);
      }
    }
  });

  it('use the whole second', () => {
    const places: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const start = drawStarts(trace, createRandom(seed));
      places.push(...Array.from(start, (at, i) => (at + trace.service[i]) % SECOND));
    }
    places.sort((a, b) => a - b);
    expect(places[Math.floor(places.length / 10)] / SECOND).toBeCloseTo(0.1, 1);
    expect(places[Math.floor((9 * places.length) / 10)] / SECOND).toBeCloseTo(0.9, 1);
  });

  it('use the whole second where the place in it was inferred, too', () => {
    const analysis = coarse();
    analysis.inference.requests.uncertainty.fill(0.15 * SECOND);
    const inferred = traceOf(analysis);
    if ('missing' in inferred) throw new Error(inferred.missing);
    const places = Array.from({ length: 40 }, (_, seed) => drawStarts(inferred.trace, createRandom(seed))).flatMap(
      (start) => Array.from(start, (at, i) => (at + inferred.trace.service[i]) % SECOND),
    );
    places.sort((a, b) => a - b);
    expect(places[Math.floor(places.length / 10)] / SECOND).toBeCloseTo(0.1, 1);
    expect(places[Math.floor((9 * places.length) / 10)] / SECOND).toBeCloseTo(0.9, 1);
  });

  it('are drawn within stamps of the start as well, in any order', () => {
    const analysis = coarse();
    analysis.requests.end.fill(Number.NaN);
    const started = traceOf(analysis);
    if ('missing' in started) throw new Error(started.missing);
    const start = drawStarts(started.trace, createRandom(1));
    for (const [i, at] of start.entries()) {
      const into = at - started.trace.start[i];
      expect(into).toBeGreaterThanOrEqual(0);
      expect(into).toBeLessThan(SECOND);
    }
  });
});
