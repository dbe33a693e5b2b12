import { describe, expect, it } from 'vitest';
import { stampMeaning } from '../../../src/ingest/detect/stamp-meaning.ts';
import { createRandom } from '../../helpers/random.ts';

/** Requests in the order of their lines, which is that of their ends: stamps floored to `tick`, durations in µs. */
function lines(seed: number, n: number, tick: number, meanDuration: number, of: 'start' | 'end') {
  const random = createRandom(seed);
  let now = 1.7e15;
  const requests = Array.from({ length: n }, () => {
    now += random.exponential(30_000);
    const duration = Math.floor(random.exponential(meanDuration));
    return { start: now, end: now + duration, duration };
  }).sort((a, b) => a.end - b.end);
  const stamp = Float64Array.from(requests, (request) => Math.floor(request[of] / tick) * tick);
  return stampMeaning(
    stamp,
    Float64Array.from(requests, ({ duration }) => duration),
    tick,
  );
}

describe('the meaning of a stamp', () => {
  it('is never proven wrong, whatever the stamps resolve and the requests take', () => {
    for (const of of ['start', 'end'] as const) {
      for (const tick of [1, 1000, 1_000_000]) {
        for (const meanDuration of [2000, 80_000, 3_000_000]) {
          for (let seed = 1; seed <= 12; seed++) {
            const { meaning, proven } = lines(seed, seed % 2 === 0 ? 43 : 600, tick, meanDuration, of);
            if (proven) expect(meaning, `${of}, tick ${tick}, ${meanDuration} µs, seed ${seed}`).toBe(of);
          }
        }
      }
    }
  });

  it('is proven by requests that overlap longer than a stamp resolves', () => {
    for (const of of ['start', 'end'] as const) {
      expect(lines(1, 600, 1_000_000, 3_000_000, of)).toMatchObject({ meaning: of, proven: true });
      expect(lines(1, 600, 1000, 80_000, of)).toMatchObject({ meaning: of, proven: true });
    }
  });

  it('is not that of the end where requests came one after the other, or all at once', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      let now = 1.7e15;
      const requests = Array.from({ length: 200 }, (_, i) => {
        const duration = random.next() < 0.2 ? 250_000 : Math.floor(random.exponential(2000));
        const start = now;
        // Now and then five at once.
        if (i % 40 < 36) now += duration + random.exponential(1000);
        return { start, duration };
      }).sort((a, b) => a.start + a.duration - b.start - b.duration);
      const { proven, meaning } = stampMeaning(
        Float64Array.from(requests, ({ start }) => Math.floor(start / 1000) * 1000),
        Float64Array.from(requests, ({ duration }) => duration),
        1000,
      );
      if (proven) expect(meaning).toBe('start');
    }
  });

  it('stays open where whole seconds hide short requests', () => {
    expect(lines(3, 43, 1_000_000, 80_000, 'start').proven).toBe(false);
  });
});
