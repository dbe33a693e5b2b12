/** Over servers drawn at random and four levels of their logs: what is claimed is true, and often enough something is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredBy, withDeclared } from '../../src/analysis/structure/declared.ts';
import { limitOf } from '../../src/analysis/structure/limit.ts';
import { livesOf } from '../../src/analysis/structure/lives.ts';
import type { Structure } from '../../src/analysis/structure/structure.ts';
import { traceOf } from '../../src/analysis/structure/trace.ts';
import { structureByWorker } from '../../src/analysis/structure/with-durations.ts';
import { structureFromStamps } from '../../src/analysis/structure/without-durations.ts';
import { structureOfPool } from '../../src/analysis/structure/without-workers.ts';
import { workersFrom } from '../../src/analysis/structure/workers-alive.ts';
import type { Estimate } from '../../src/core/summary.ts';
import { randomServer } from '../helpers/random-server.ts';
import { type LogView, logOf, type ServerLog, type ServerTruth } from '../helpers/server-log.ts';

const levels: Record<string, LogView> = {
  'pid + duration': { pid: true, duration: true },
  pid: { pid: true, duration: false },
  duration: { pid: false, duration: true },
  neither: { pid: false, duration: false },
};

interface Said {
  readonly structure: Structure;
  readonly workers: Estimate;
  /** µs */
  readonly service: number;
}

/** The structure alone, without the waits. */
function structureSaid({ input }: ServerLog): Said {
  const trace = traceOf(input.table);
  const lives = trace.hasWorkers ? livesOf(trace, (w) => input.names.workers.text(trace.workerIds[w]), []) : [];
  const declared = declaredBy(input.streams, []);
  const workers = workersFrom(lives, null);
  if (!trace.hasDurations) {
    const { structure, serviceMean } = structureFromStamps(trace, workers, declared);
    return { structure: withDeclared(structure, declared, workers), workers, service: serviceMean };
  }
  const structure = trace.hasWorkers
    ? structureByWorker(trace, workers, declared, 6)
    : structureOfPool(trace, declared, 6);
  return { structure: withDeclared(structure, declared, workers), workers, service: Number.NaN };
}

type Mark = 'right' | 'near' | 'silent' | 'wrong';

/** Below this a claim is a hedge, and a range that holds the truth is near. */
const HEDGED = 0.6;

const modelMark = ({ structure }: Said, truth: ServerTruth, pid: boolean): Mark => {
  const { model, confidence } = structure;
  if (model === 'unknown') return 'silent';
  if (model === truth.model) return 'right';
  if (!pid && truth.model !== 'async' && ['sync', 'threaded', 'pool'].includes(model)) return 'right';
  return confidence < HEDGED ? 'near' : 'wrong';
};

const countMark = (said: Estimate, truth: number): Mark => {
  if (said.value === null) return 'silent';
  if (said.value === truth) return 'right';
  const held = (said.low ?? said.value) <= truth && truth <= (said.high ?? said.value);
  return held && said.confidence < HEDGED ? 'near' : 'wrong';
};

const serviceMark = (said: number, truth: number): Mark => {
  if (Number.isNaN(said)) return 'silent';
  const error = Math.abs(said / 1e6 - truth);
  return error <= Math.max(0.15 * truth, 0.01) ? 'right' : error <= Math.max(0.35 * truth, 0.02) ? 'near' : 'wrong';
};

function marks(log: ServerLog, view: LogView): Record<string, Mark> {
  const { truth } = log;
  const said = structureSaid(log);
  const out: Record<string, Mark> = { model: modelMark(said, truth, view.pid) };
  if (view.pid) out.workers = countMark(said.workers, truth.workers);
  const slots = truth.workers * truth.threads;
  const full = truth.peakConcurrency >= slots;
  if (truth.model === 'async') out.capacity = said.structure.capacity.value === null ? 'right' : 'wrong';
  else if (full) out.capacity = countMark(said.structure.capacity, slots);
  if (!view.duration && truth.model !== 'async' && full) out.service = serviceMark(said.service, truth.serviceMean);
  return out;
}

const SERVERS = 160;
const FIRST_SEED = 20_000;

describe('servers drawn at random', () => {
  const tally: Record<string, Record<Mark, number>> = {};
  for (const [level, view] of Object.entries(levels)) {
    const count: Record<Mark, number> = { right: 0, near: 0, silent: 0, wrong: 0 };
    for (let k = 0; k < SERVERS; k++) {
      const spec = randomServer(FIRST_SEED + k);
      if (spec.kind === 'waitress' && (view.pid || view.duration)) continue;
      for (const mark of Object.values(marks(logOf(spec, view), view))) count[mark]++;
    }
    tally[level] = count;
  }
  const share = (level: string, mark: Mark): number => {
    const count = tally[level];
    return count[mark] / (count.right + count.near + count.silent + count.wrong);
  };

  test.each(Object.keys(levels))('wrong claims are rare at %s', (level) => {
    expect(share(level, 'wrong'), JSON.stringify(tally[level])).toBeLessThan(0.02);
  });

  test('most is said where most is logged', () => {
    expect(share('pid + duration', 'right'), JSON.stringify(tally)).toBeGreaterThan(0.85);
    expect(share('duration', 'right')).toBeGreaterThan(0.6);
    expect(share('pid', 'right')).toBeGreaterThan(0.5);
    expect(share('neither', 'right')).toBeGreaterThan(0.3);
  });
});

const seeds = fc.integer({ min: 1, max: 1_000_000 });

test('lanes of a pool never outnumber its slots, whatever the load and the tick', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(1, 0.1, 0.001), (seed, tick) => {
      const spec = { ...randomServer(seed), kind: 'sync' as const, threads: 1 };
      const { input } = logOf(spec, { pid: true, duration: true, tick });
      const trace = traceOf(input.table);
      fc.pre(trace.length > 3);
      expect(limitOf(trace, true, 1).lanes).toBe(1);
      expect(limitOf(trace, false, 1).lanes).toBeLessThanOrEqual(spec.workers);
    }),
    { numRuns: 40 },
  );
});

test('the same log gets the same answer', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.boolean(), (seed, pid, duration) => {
      const spec = randomServer(seed);
      const [once, twice] = [logOf(spec, { pid, duration }), logOf(spec, { pid, duration })].map(structureSaid);
      expect(twice).toEqual(once);
    }),
    { numRuns: 15 },
  );
});
