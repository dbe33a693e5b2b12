// Whatever the log says, however odd: diagnosis and what-if give an answer, and never a number that is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/findings/check.ts';
import { compare } from '../../src/findings/compare.ts';
import { diagnose } from '../../src/findings/diagnose.ts';
import { verdictOf } from '../../src/findings/verdict.ts';
import { createPredictor } from '../../src/simulate/predictor.ts';
import { whatIf } from '../../src/simulate/what-if.ts';
import { knownAnalysis } from '../helpers/known-analysis.ts';
import { NOON } from '../helpers/traffic.ts';

const micros = fc.oneof(fc.constant(0), fc.nat(1000), fc.nat(3_000_000), fc.constantFrom(1e6, 5e6, 30e6));

const requestOf = fc.record({
  gap: micros,
  takes: micros,
  wait: fc.oneof(fc.constant(0), micros),
  worker: fc.integer({ min: 1, max: 3 }),
  route: fc.constantFrom('GET /', 'GET /async-io', 'GET /health', 'POST /pay'),
  status: fc.constantFrom(0, 200, 404, 499, 500, 503),
  client: fc.nat(3),
  bytes: fc.constantFrom(0, 12, 1e6, 5e9),
});

const logOf = fc.tuple(
  fc.array(requestOf, { maxLength: 120 }),
  fc.constantFrom('sync', 'threaded', 'async', 'thread-per-request', 'pool', 'unknown'),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 3 }),
);

type Drawn = typeof logOf extends fc.Arbitrary<infer T> ? T : never;

function analysisOf([requests, model, workers, threads]: Drawn) {
  let now = NOON;
  const rows = requests.map(({ gap, takes, wait, worker, ...rest }) => {
    now += gap;
    return { start: now, end: now + takes, wait, worker: String(worker), ...rest };
  });
  return knownAnalysis(rows, { model: model as never, workers, threads: model === 'sync' ? 1 : threads });
}

const sound = (document: unknown): void => {
  const text = JSON.stringify(document, (_key, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`not a number: ${value}`);
    return value;
  });
  expect(text).not.toMatch(/\bNaN\b|undefined|Infinity/);
};

describe('any log', () => {
  it('is diagnosed, judged and checked', () => {
    fc.assert(
      fc.property(logOf, (drawn) => {
        const analysis = analysisOf(drawn);
        const findings = diagnose({ ...analysis, predictor: createPredictor(analysis) });
        sound(findings);
        const summary = { ...analysis.summary, findings };
        sound(verdictOf(summary));
        if (summary.requests.total > 0)
          sound(check(summary, { maxP95Wait: 0.1, maxErrorRatio: 0.01, failOn: 'info' }).results);
      }),
      { numRuns: 300 },
    );
  });

  it('is replayed on other pools', () => {
    const pools = [
      { model: 'sync' as const, workers: 2, threads: 1 },
      { model: 'threaded' as const, workers: 2, threads: 3 },
      { model: 'async' as const, workers: 1, threads: 1 },
    ];
    fc.assert(
      fc.property(logOf, (drawn) => sound(whatIf(analysisOf(drawn), { pools, targetP95WaitMicros: 1e5 }))),
      { numRuns: 100 },
    );
  });

  it('is compared with any other', () => {
    fc.assert(
      fc.property(logOf, logOf, (before, after) => {
        const side = (path: string, drawn: Drawn) => ({ path, analysis: analysisOf(drawn), findings: [] });
        const diff = compare(side('a', before), side('b', after));
        sound(diff.routes);
        sound(diff.verdict);
      }),
      { numRuns: 100 },
    );
  });
});
