// Answers of clients who take turns come more evenly than chance has them, and that shows through stamps of a second.
import { describe, expect, it } from 'vitest';
import { clientRhythm } from '../../../src/core/client-rhythm.ts';
import { findCallers } from '../../../src/simulate/clients.ts';
import type { Trace } from '../../../src/simulate/trace.ts';
import { createRandom } from '../../helpers/random.ts';
import { NOON } from '../../helpers/traffic.ts';

const SECOND = 1e6;
type Job = readonly [start: number, service: number];

/** What a log with stamps of a second at the end of each request leaves of them. */
function traceOf(jobs: readonly Job[]): Trace {
  const rows = jobs
    .map(([start, service]) => [Math.floor(start + service) + 0.5 - service, service])
    .sort((a, b) => a[0] - b[0]);
  const length = rows.length;
  return {
    length,
    table: Int32Array.from(rows.keys()),
    start: Float64Array.from(rows, ([start]) => NOON + start * SECOND),
    service: Float64Array.from(rows, ([, service]) => service * SECOND),
    uncertainty: new Float64Array(length).fill(SECOND / 2),
    ticks: { groups: [], back: new Float64Array(0), width: new Float64Array(0) },
    sharedSlots: null,
    route: new Int32Array(length),
    worker: new Int32Array(length),
    workers: 1,
    waits: [new Float64Array(length)],
    held: () => new Uint8Array(length),
    stretch: [1, 1],
    extremes: [1, 1],
    tick: SECOND,
    clumps: { size: 1, drawn: 1, most: 1, isDense: false },
    lingers: null,
    overhead: 1000,
    mostOverhead: 1000,
    constantService: false,
    waitUnknown: false,
  };
}

const SECONDS = 80;
const service = (random: ReturnType<typeof createRandom>) => 0.1 + 0.9 * random.next();

function closed(seed: number, users: number, think: number): Job[] {
  const random = createRandom(seed);
  return Array.from({ length: users }, () => {
    const jobs: Job[] = [];
    let at = random.exponential(think);
    while (at < SECONDS) {
      const takes = service(random);
      jobs.push([at, takes]);
      at += takes + random.exponential(think);
    }
    return jobs;
  }).flat();
}

function poisson(seed: number, rate: number, size = 1): Job[] {
  const random = createRandom(seed);
  const jobs: Job[] = [];
  for (let at = random.exponential(size / rate); at < SECONDS; at += random.exponential(size / rate))
    for (let k = 0; k < size; k++) jobs.push([at, service(random)]);
  return jobs;
}

const seeds = Array.from({ length: 20 }, (_, k) => k + 1);
const thinks = [0.05, 0.2, 0.5, 1, 2, 5];
const most = (jobs: readonly Job[]) => {
  const rhythm = clientRhythm(traceOf(jobs), SECOND)!;
  return Math.max(...thinks.map((think) => rhythm.closed(think * SECOND)));
};

describe('the rhythm of answers', () => {
  it('speaks for clients who take turns', () => {
    const gains = seeds.map((seed) => clientRhythm(traceOf(closed(seed, 12, 0.6)), SECOND)!.closed(0.6 * SECOND));
    expect(gains.filter((gain) => gain > 6).length).toBeGreaterThanOrEqual(16);
  });

  it('hardly ever for callers at random, never for those who come together', () => {
    expect(seeds.map((seed) => most(poisson(seed, 10))).filter((gain) => gain > 6)).toHaveLength(0);
    for (const seed of seeds) expect(most(poisson(seed, 10, 5))).toBeLessThan(1);
  });

  it('knows a source with a beat of its own from clients', () => {
    const jobs = Array.from({ length: 10 * SECONDS }, (_, k): Job => [k / 10, 0.3]);
    const rhythm = clientRhythm(traceOf(jobs), SECOND)!;
    for (const think of thinks) expect(rhythm.closed(think * SECOND)).toBeLessThan(rhythm.paced);
  });

  it('says nothing of a few seconds', () => {
    expect(clientRhythm(traceOf(poisson(1, 10).filter(([start]) => start < 20)), SECOND)).toBeNull();
  });

  it('tells how many clients an event loop has behind stamps of a second', () => {
    const ask = {
      slots: null,
      sharedQueue: true,
      pool: null,
      saturatedRatio: 0,
      proven: Number.NaN,
      interrupted: false,
      peak: 11,
      waitMethod: 'unknown',
      waitRange: [Number.NaN, Number.NaN],
    } as const;
    const counts = seeds
      .map((seed) => findCallers({ ...ask, trace: traceOf(closed(seed, 12, 0.6)) }).likely)
      .map((clients) => (clients.kind === 'closed' ? clients.count : 0));
    const found = counts.filter((count) => count > 0);
    expect(found.length).toBeGreaterThanOrEqual(14);
    for (const count of found) expect(count, counts.join(' ')).toBeLessThanOrEqual(24);
  });
});
