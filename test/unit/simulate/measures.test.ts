// What is measured of a simulated pool, on one that was worked out by hand.
import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/simulate/measures.ts';

const SECOND = 1e6;
const micros = (...seconds: readonly number[]) => Float64Array.from(seconds, (s) => s * SECOND);

/** Two slots, 2 s a request: three come at once, one a second later. The third and the fourth start after 2 s, all is done after 4. */
const ofTwoSlots = () => measure(micros(0, 0, 0, 1), micros(0, 0, 2, 1), micros(2, 2, 4, 3), 2);

describe('a simulated pool', () => {
  it('is as busy as its slots are with requests, not with those that wait', () => {
    expect(ofTwoSlots().utilisation).toBe(1);
    // The same requests in four slots never wait.
    expect(measure(micros(0, 0, 0, 1), micros(0, 0, 0, 0), micros(2, 2, 2, 2), 4).utilisation).toBeCloseTo(8 / 12);
  });

  it('answers so many requests a second from the first arrival to the last answer', () => {
    expect(ofTwoSlots().throughput).toBe(1);
  });

  it('has as many in its queue as wait at one instant', () => {
    expect(ofTwoSlots().peakQueue).toBe(2);
    expect(measure(micros(0, 0, 0, 1), micros(0, 0, 0, 0), micros(2, 2, 2, 2), 4).peakQueue).toBe(0);
  });

  it('tells waits and latencies that a request had', () => {
    const { wait, latency } = ofTwoSlots();
    expect(wait).toEqual({ mean: 0.75 * SECOND, p50: SECOND, p95: 2 * SECOND, p99: 2 * SECOND, max: 2 * SECOND });
    expect(latency).toMatchObject({ mean: 2.75 * SECOND, p50: 3 * SECOND, max: 4 * SECOND });
  });

  it('gives back a slot later than the answer where something holds it: that is no latency', () => {
    const { latency, throughput } = measure(micros(0, 1), micros(0, 0), micros(2, 2), 2, micros(1, 1));
    expect(latency.max).toBe(SECOND);
    expect(throughput).toBe(1);
  });

  it('without a bound on its slots is busy to no share of them', () => {
    expect(measure(micros(0), micros(0), micros(1), Number.POSITIVE_INFINITY).utilisation).toBeNaN();
  });
});
