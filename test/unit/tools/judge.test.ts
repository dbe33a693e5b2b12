/** The verdicts of the accuracy test on made-up summaries: what counts as right, near, silent and wrong. */
import { describe, expect, it } from 'vitest';

const { judge } = await import(new URL('../../accuracy/judge.mjs', import.meta.url).href);

const truth = {
  model: 'sync',
  workers: 4,
  threads: 1,
  answered: 100,
  peak_concurrency: 4,
  service_seconds: { mean: 0.5 },
  wait_seconds: { mean: 1, p95: 3 },
};
const estimate = (value: number | null, low = value, high = value, confidence = 0.9) => ({
  value,
  low,
  high,
  confidence,
});
const unknown = { mean: null, p95: null };

function verdicts(changes: object, sees = { pid: true, duration: true }, of: object = truth) {
  const summary = {
    requests: { total: 100 },
    server: { model: 'sync', model_confidence: 0.9, workers: estimate(4), capacity: estimate(4) },
    service_time: { mean: 0.5 },
    wait: { mean: 1, p95: 3, low: unknown, high: unknown },
    ...changes,
  };
  const judged = judge(summary, of, sees) as Record<string, { verdict: string }>;
  return Object.fromEntries(Object.entries(judged).map(([measure, { verdict }]) => [measure, verdict]));
}
const waits = (wait: object) => verdicts({ wait: { ...unknown, low: unknown, high: unknown, ...wait } })['wait mean'];

describe('accuracy verdicts', () => {
  it('calls the truth right', () => {
    expect(new Set(Object.values(verdicts({})))).toEqual(new Set(['right']));
  });

  it('calls a missing line, another count and another model wrong', () => {
    expect(verdicts({ requests: { total: 97 } }).lines).toBe('wrong');
    const server = { model: 'async', model_confidence: 0.9, workers: estimate(3), capacity: estimate(null) };
    expect(verdicts({ server })).toMatchObject({ model: 'wrong', workers: 'wrong', capacity: 'silent' });
  });

  it('takes a guess that says so, when its range holds the truth', () => {
    const server = { model: 'sync', model_confidence: 0.9, workers: estimate(3, 3, 5, 0.5), capacity: estimate(4) };
    expect(verdicts({ server }).workers).toBe('near');
  });

  it('takes a pool for sync only where no pid tells more', () => {
    const server = { model: 'pool', model_confidence: 0.9, workers: estimate(null), capacity: estimate(4) };
    expect(verdicts({ server }, { pid: false, duration: true }).model).toBe('right');
    expect(verdicts({ server }).model).toBe('wrong');
  });

  it('judges waits by distance, then by the range', () => {
    expect(waits({ mean: 1.14 })).toBe('right');
    expect(waits({ mean: 1.35 })).toBe('near');
    expect(waits({ mean: 2 })).toBe('wrong');
    expect(waits({ mean: 2, low: { mean: 0.5 }, high: { mean: 2.5 } })).toBe('near');
    expect(waits({ low: { mean: 0.5 }, high: { mean: 2.5 } })).toBe('near');
    expect(waits({ low: { mean: 0.1 }, high: { mean: 60 } })).toBe('silent');
    expect(waits({ low: { mean: 1.2 }, high: { mean: 2 } })).toBe('wrong');
    expect(waits({})).toBe('silent');
  });

  it('asks an event loop for no capacity and no wait', () => {
    const loop = verdicts({}, { pid: true, duration: true }, { ...truth, model: 'async' });
    expect(loop).toMatchObject({ capacity: 'wrong', model: 'wrong' });
    expect(loop).not.toHaveProperty('wait mean');
  });
});
