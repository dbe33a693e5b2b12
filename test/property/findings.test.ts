// Whatever the log says, however odd: diagnosis and what-if give an answer, and never a number that is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/core/finding.ts';
import type { LifecycleEvent, LifecycleKind } from '../../src/core/lifecycle.ts';
import { check } from '../../src/findings/check.ts';
import { compare } from '../../src/findings/compare.ts';
import { diagnose } from '../../src/findings/diagnose.ts';
import { verdictOf } from '../../src/findings/verdict.ts';
import { createPredictor } from '../../src/simulate/predictor.ts';
import { whatIf } from '../../src/simulate/what-if.ts';
import { knownAnalysis } from '../helpers/known-analysis.ts';
import { NOON } from '../helpers/traffic.ts';

const KINDS: readonly LifecycleKind[] = [
  'listen',
  'boot',
  'exit',
  'recycle',
  'timeout',
  'killed',
  'reload',
  'resize',
  'shutdown',
  'queue-depth',
  'queued',
  'queue-full',
  'client-gone',
  'gateway-error',
  'error',
];

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
  tells: fc.constantFrom('both', 'end', 'duration', 'nothing'),
});

const eventOf = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.oneof(fc.constant(Number.NaN), fc.nat(60_000_000)),
  worker: fc.constantFrom(null, '1', '2', '9'),
  value: fc.oneof(fc.constant(null), fc.nat(1000)),
});

const logOf = fc.tuple(
  fc.array(requestOf, { maxLength: 120 }),
  fc.constantFrom('sync', 'threaded', 'async', 'thread-per-request', 'pool', 'unknown'),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 3 }),
  fc.array(eventOf, { maxLength: 12 }),
  // What a line tells of when its request ran, where all lines tell the same.
  fc.constantFrom('both', 'both', 'end', 'duration', 'nothing', 'mixed'),
);

type Drawn = typeof logOf extends fc.Arbitrary<infer T> ? T : never;

function analysisOf([requests, model, workers, threads, events, told]: Drawn): Analysis {
  let now = NOON;
  const rows = requests.map(({ gap, takes, wait, worker, ...rest }) => {
    now += gap;
    return { start: now, end: now + takes, wait, worker: String(worker), ...rest };
  });
  const lifecycle = events.map(
    ({ at, ...event }, i): LifecycleEvent => ({ ...event, time: NOON + at, offset: i, source: 0, text: null }),
  );
  const server = { model, workers, threads: model === 'sync' ? 1 : threads, lifecycle } as const;
  const analysis = knownAnalysis(rows, server);
  const tells = rows.toSorted((a, b) => a.end - b.end).map((row) => (told === 'mixed' ? row.tells : told));
  forget(analysis, tells);
  return analysis;
}

/** Takes away what the lines do not tell. */
function forget({ requests, inference }: Analysis, tells: readonly string[]): void {
  const { start, end, duration } = requests;
  tells.forEach((what, row) => {
    if (what === 'both') return;
    const wholes = [start, inference.requests.start, inference.requests.wait];
    const ends = what === 'end' ? [] : [end, inference.requests.end];
    for (const column of [...wholes, ...ends]) column[row] = Number.NaN;
    if (what !== 'duration') duration[row] = Number.NaN;
  });
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
