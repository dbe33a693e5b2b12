// Findings never contradict each other, nor the verdict: on pools of every kind under loads of every kind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/core/finding.ts';
import type { FindingSummary, Summary } from '../../src/core/summary.ts';
import { diagnose } from '../../src/findings/diagnose.ts';
import { verdictOf } from '../../src/findings/verdict.ts';
import { createPredictor } from '../../src/simulate/predictor.ts';
import type { ServiceLaw } from '../helpers/load.ts';
import type { PoolSpec } from '../helpers/simulate-pool.ts';
import { analysisOfPool, analysisOfStations } from '../helpers/stations.ts';

/** Findings that cannot be true of one log together. */
const CONTRARY: readonly [string, string][] = [
  ...['pool-saturated', 'pool-too-small', 'threads-would-help', 'asgi-would-not-queue', 'head-of-line'].map(
    (id): [string, string] => ['overprovisioned', id],
  ),
  ['threads-would-help', 'threads-would-not-help'],
  ['threads-would-help', 'threads-cpu-bound'],
  ['asgi-would-not-queue', 'threads-would-not-help'],
  ['asgi-would-not-queue', 'threads-cpu-bound'],
  ['threads-cpu-bound', 'threads-would-not-help'],
  ['pool-saturated', 'pool-too-small'],
  ['unbalanced-workers', 'pool-too-small'],
];
/** Of these, requests of one process (or of all) slow each other down. */
const SHARED = ['threads-cpu-bound', 'threads-would-not-help'];

const law = fc.oneof(
  fc.record({
    law: fc.constantFrom('fixed' as const, 'exponential' as const, 'uniform' as const),
    mean: fc.double({ min: 0.02, max: 1.2, noNaN: true }),
  }),
  fc.record({
    law: fc.constant('two-routes' as const),
    mean: fc.double({ min: 0.01, max: 0.1, noNaN: true }),
    slow: fc.double({ min: 0.5, max: 3, noNaN: true }),
    share: fc.double({ min: 0.02, max: 0.3, noNaN: true }),
  }),
);
const meanOf = (service: ServiceLaw) =>
  service.law === 'two-routes' ? service.share * service.slow + (1 - service.share) * service.mean : service.mean;

/** A pool whose slots are used to `load` of their number, as its callers come. */
const pool = fc
  .record({
    seed: fc.nat(1e6),
    workers: fc.integer({ min: 1, max: 8 }),
    threads: fc.constantFrom(1, 1, 2, 4),
    load: fc.double({ min: 0.05, max: 1.3, noNaN: true }),
    callers: fc.constantFrom('poisson', 'batches', 'closed', 'burst'),
    service: law,
  })
  .map(({ load, callers, ...rest }): PoolSpec => {
    const { workers, threads, service } = rest;
    const slots = workers * threads;
    const rate = Math.min(60, (load * slots) / meanOf(service));
    const seconds = Math.min(120, Math.max(30, 400 / rate));
    const loads = {
      poisson: { kind: 'poisson', phases: [{ rate, seconds }] },
      batches: { kind: 'batches', rate: rate / 5, size: 5, seconds },
      closed: { kind: 'closed', users: Math.max(1, Math.round(2 * load * slots)), think: meanOf(service), seconds },
      burst: { kind: 'burst', size: 4 * slots },
    } as const;
    const queue = threads > 1 && workers > 1 ? 'per-worker' : 'shared';
    return { ...rest, queue, load: loads[callers as keyof typeof loads], overhead: 0.0006 };
  });

/** Workers whose requests share a core, or a backend, for `share` of their time. */
const station = fc
  .record({
    seed: fc.nat(1e6),
    workers: fc.integer({ min: 1, max: 4 }),
    threads: fc.constantFrom(1, 2, 4, 8),
    share: fc.double({ min: 0, max: 0.9, noNaN: true }),
    load: fc.double({ min: 0.2, max: 1.2, noNaN: true }),
    place: fc.constantFrom('worker' as const, 'server' as const),
  })
  .map(({ seed, workers, threads, share, load, place }) => ({
    seed,
    model: threads > 1 ? ('threaded' as const) : ('sync' as const),
    pool: { workers, threads, queue: threads > 1 ? ('per-worker' as const) : ('shared' as const), station: place },
    requests: 500,
    work: 100_000 * share,
    delay: 100_000 * (1 - share),
    load: { rate: Math.min((load * workers * threads) / 0.1, 0.9 / (0.1 * Math.max(share, 0.01))) },
  }));

function diagnosed(analysis: Analysis): Summary {
  const findings = diagnose({ ...analysis, predictor: createPredictor(analysis) });
  return { ...analysis.summary, findings };
}

function expectAgreement(summary: Summary): void {
  const { findings, server, wait } = summary;
  const find = (id: string): FindingSummary | undefined => findings.find((finding) => finding.id === id);
  const ids = findings.map(({ id }) => id);
  for (const pair of CONTRARY) expect(pair.every((id) => ids.includes(id)) ? pair : null).toBeNull();

  const shared = SHARED.some((id) => ids.includes(id));
  const { severity, sentence } = verdictOf(summary);
  const worst = findings.find((finding) => finding.severity !== 'info');
  if (worst) expect(severity).toBe(worst.severity);
  else expect(['ok', 'info']).toContain(severity);
  if (shared) {
    expect(sentence).not.toContain('async I/O');
    expect(find('pool-saturated')?.advice ?? '').not.toContain('ASGI');
  }

  const slots = server.capacity.value;
  for (const id of ['pool-saturated', 'pool-too-small']) {
    const { recommended_workers: workers, recommended_threads: threads } = find(id)?.evidence ?? {};
    if (typeof workers !== 'number') continue;
    expect(server.model === 'threaded' ? workers * Number(threads) : workers).toBeGreaterThan(slots ?? 0);
    expect(find(id)!.advice).toContain(String(workers));
  }
  if (sentence.includes('did not queue')) {
    expect(wait.p95).toBeLessThan(0.01);
    for (const { evidence } of findings) expect(Number(evidence.wait_p95_seconds ?? 0)).toBeLessThan(0.1);
  }
  if (sentence.includes('too little to judge')) expect(worst).toBeUndefined();
  if (find('overprovisioned')) expect(summary.concurrency.peak).toBeLessThanOrEqual((slots ?? Infinity) / 2);
}

describe('what is said of one log', () => {
  it('agrees, of pools', () => {
    fc.assert(
      fc.property(pool, (spec) => expectAgreement(diagnosed(analysisOfPool(spec)))),
      { numRuns: 60 },
    );
  });
  it('agrees, of requests that slow each other down', () => {
    fc.assert(
      fc.property(station, (spec) => expectAgreement(diagnosed(analysisOfStations(spec)))),
      { numRuns: 40 },
    );
  });
});
