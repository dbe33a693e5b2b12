// A stretch of a long log in which requests took many times as long, told from the number of requests and their busy time alone.
import { describe, expect, it } from 'vitest';
import { slowWindows } from '../../../src/analysis/slow-stretch.ts';
import { createRandom, type Random } from '../../helpers/random.ts';

const WINDOW = 30;
const DAY = 86_400;
const HOUR = 3600;

interface Call {
  /** s */
  readonly at: number;
  readonly takes: number;
}

/** A day and a half of requests that come and go with the hour; every hundredth is a report, every 250th an upload with a heavy tail. */
function usually(random: Random, peakRate: number, days = 1.5): Call[] {
  const calls: Call[] = [];
  for (let at = 0; at < days * DAY; ) {
    const rate = peakRate * (0.15 + 0.85 * Math.max(0, Math.sin(((at / HOUR - 5) / 16) * Math.PI)));
    at += random.exponential(1 / rate);
    const place = random.next();
    const spread = Math.exp(0.6 * random.normal());
    const takes =
      place < 0.01
        ? 3 * spread
        : place < 0.014
          ? Math.min(200, 0.5 / random.next())
          : place < 0.2
            ? 0.4 * spread
            : 0.06 * spread;
    calls.push({ at, takes });
  }
  return calls;
}

/** Counted where they end; busy from their start on. */
function found(calls: readonly Call[]) {
  const last = calls.reduce((latest, { at, takes }) => Math.max(latest, at + takes), 0);
  const windows = Math.floor(last / WINDOW) + 1;
  const requests = new Float64Array(windows);
  const busyMicros = new Float64Array(windows);
  for (const { at, takes } of calls) {
    const end = at + takes;
    requests[Math.floor(end / WINDOW)]++;
    for (let k = Math.floor(at / WINDOW); k * WINDOW < end; k++)
      busyMicros[k] += 1e6 * (Math.min(end, (k + 1) * WINDOW) - Math.max(at, k * WINDOW));
  }
  const countFrom = (micros: number) => calls.filter(({ takes }) => 1e6 * takes >= micros).length;
  return slowWindows({ requests, busyMicros }, countFrom)
    .filter(({ isSure }) => isSure)
    .map(({ first, behind, ...slow }) => ({ ...slow, from: first * WINDOW, to: behind * WINDOW }));
}

const seeds = Array.from({ length: 12 }, (_, k) => k + 1);

describe('a backend that is slow for ten minutes', () => {
  it.each([
    ['at noon', 12 * HOUR],
    ['in the evening', 19 * HOUR],
  ])('is told from when to when, and how much longer requests took: %s', (_, from) => {
    for (const seed of seeds) {
      const calls = usually(createRandom(seed), 4);
      // Reports and uploads are what they are.
      const isThen = ({ at, takes }: Call) => at >= from && at < from + 600 && takes < 2;
      const slow = calls.map((call) => (isThen(call) ? { ...call, takes: 8 * call.takes } : call));
      const stretches = found(slow);
      expect(stretches, `seed ${seed}`).toHaveLength(1);
      const [{ mean, usual, from: began, to, excessMicros }] = stretches;
      expect(Math.abs(began - from)).toBeLessThanOrEqual(60);
      // Until the last of them are answered.
      expect(to - from - 600).toBeLessThanOrEqual(150);
      expect(to - from - 600).toBeGreaterThanOrEqual(-60);
      expect(mean / usual).toBeGreaterThan(4);
      const beyond = calls.filter(isThen).reduce((sum, { takes }) => sum + 7 * takes, 0);
      expect(excessMicros / 1e6).toBeLessThan(1.6 * beyond);
    }
  });
});

describe('nothing is told', () => {
  const quiet = (alter: (calls: readonly Call[], random: Random) => readonly Call[], peakRate = 4) => {
    for (const seed of seeds) {
      const random = createRandom(seed);
      expect(found(alter(usually(random, peakRate), random)), `seed ${seed}`).toEqual([]);
    }
  };

  it('of chance: few requests at night, some of which take minutes', () => {
    quiet((calls) => calls);
    quiet((calls) => calls, 0.6);
  });

  it('of uploads that come together, or of one export after the other', () => {
    const from = 27 * HOUR;
    quiet((calls, random) => [
      ...calls,
      ...Array.from({ length: 25 }, () => ({ at: from + 600 * random.next(), takes: 40 * random.next() })),
    ]);
    quiet((calls) => [...calls, ...[0, 1, 2, 3].map((k) => ({ at: from + 5 * k, takes: 900 }))]);
  });

  it('of a crawler, or a batch, that asks for slow pages on top of what others ask for', () => {
    const from = 11 * HOUR;
    quiet((calls, random) => [
      ...calls,
      ...Array.from({ length: 2400 }, () => ({ at: from + 900 * random.next(), takes: 0.5 + random.next() })),
    ]);
    quiet((calls, random) => [
      ...calls,
      ...Array.from({ length: 600 }, () => ({ at: 27 * HOUR + 1200 * random.next(), takes: 2 + random.next() })),
    ]);
  });

  it('of a mix that is another at night, when a batch goes on and callers sleep', () =>
    quiet((calls, random) => {
      const awake = calls.filter(
        ({ at }) => random.next() < Math.min(1, 0.03 + Math.max(0, (at % DAY) / HOUR - 4) / 3),
      );
      const batch = Array.from({ length: 5400 }, () => ({
        at: 1.5 * DAY * random.next(),
        takes: 1 + 3 * random.next(),
      }));
      return [...awake, ...batch];
    }));

  it('of a log that begins with it', () =>
    quiet((calls) =>
      calls
        .filter(({ at }) => at >= 9 * HOUR)
        .map((call) => (call.at < 9.2 * HOUR ? { ...call, takes: 8 * call.takes } : call)),
    ));
});

/** Half minutes of the same number of requests, and the mean they take, s, where they are not the usual ones. */
function even(alter: (window: number) => { readonly requests?: number; readonly takes?: number }) {
  const windows = Array.from({ length: 1000 }, (_, k) => ({ requests: 1000, takes: 0.1, ...alter(k) }));
  const requests = Float64Array.from(windows, (one) => one.requests);
  const busyMicros = Float64Array.from(windows, (one) => 1e6 * one.requests * one.takes);
  return slowWindows({ requests, busyMicros }, () => 0);
}

const isThen = (window: number) => window >= 500 && window < 520;

describe('a stretch that stands out', () => {
  it('is told to the half minute', () => {
    const [slow, ...others] = even((k) => (isThen(k) ? { takes: 0.4 } : {}));
    expect(slow).toMatchObject({ first: 500, behind: 520, usual: 1e5, mean: expect.closeTo(4e5, 3) });
    expect(others).toEqual([]);
  });

  it('is not told where no half minute elsewhere had as many requests: they may slow each other down', () => {
    expect(even((k) => (isThen(k) ? { requests: 1200, takes: 0.4 } : {}))).toEqual([]);
    // Others had as many, and were quick.
    const busy = (k: number) => isThen(k) || (k >= 100 && k < 120);
    expect(even((k) => ({ requests: busy(k) ? 1200 : 1000, takes: isThen(k) ? 0.4 : 0.1 }))).toHaveLength(1);
  });

  it('is not told where the half hours around it are nearly as slow', () =>
    expect(even((k) => (isThen(k) ? { takes: 0.45 } : k >= 400 && k < 620 ? { takes: 0.22 } : {}))).toEqual([]));
});
