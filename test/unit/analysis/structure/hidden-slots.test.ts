import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { inferLog, serverInput } from '../../../helpers/infer-log.ts';

const fault = (name: string) =>
  gunzipSync(readFileSync(new URL(`../../../faults/${name}.log.gz`, import.meta.url))).toString('utf8');

describe('requests that queue inside the application', () => {
  it.each([
    // The truth that was recorded beside: slots, mean service time and mean and p95 wait in seconds.
    { name: 'wsgi-behind-loop', slots: 6, service: 0.1712, mean: 1.3915, p95: 3.5139 },
    { name: 'five-connections', slots: 5, service: 0.2045, mean: 0.183, p95: 1.0826 },
  ])('$name: the slots, and with them the waits and the work', ({ name, slots, service, mean, p95 }) => {
    const { service: found, wait, capacity, concurrency, model, modelConfidence } = inferLog(fault(name));
    // The loop may do no more than hand requests to the threads that run them.
    expect(model).toBe('async');
    expect(modelConfidence).toBeLessThan(0.6);
    expect(found.growth?.inTurn?.found?.slots).toBe(slots);
    expect(found.method).toBe('inferred');
    expect(found.mean / 1e6).toBeCloseTo(service, 2);
    expect(wait.method).toBe('inferred');
    expect(Math.abs(wait.mean / 1e6 - mean) / mean).toBeLessThan(0.1);
    expect(Math.abs(wait.p95 / 1e6 - p95) / p95).toBeLessThan(0.1);
    expect(wait.lowMean / 1e6).toBeLessThan(mean);
    expect(wait.highMean / 1e6).toBeGreaterThan(mean);
    // The server itself has no limit.
    expect(capacity.value).toBeNull();
    expect(concurrency.mean).toBeLessThan(slots);
  });

  it('of 40 threads are a range that holds them', () => {
    const found = inferLog(fault('def-views-40-threads')).service.growth?.inTurn?.found;
    expect(found?.low).toBeLessThanOrEqual(40);
    expect(found?.high).toBeGreaterThanOrEqual(40);
  });

  it.each([
    // Before routes that pass the queue by were left aside these were 44 to 47 slots, and none that fit.
    { name: 'def-views-and-async', slots: 40, mean: 0.8863, p95: 3.894 },
    { name: 'one-thread-for-all', slots: 1, mean: 0.7265, p95: 3.049 },
  ])('$name: a view that awaits stands in no queue with those that wait for a thread', ({ name, slots, mean, p95 }) => {
    const input = serverInput(fault(name));
    const { service, wait } = inferServer(input);
    const { found, aside } = service.growth!.inTurn!;
    expect(found!.low).toBeLessThanOrEqual(slots);
    expect(found!.high).toBeGreaterThanOrEqual(slots);
    expect(found!.high).toBeLessThanOrEqual(1.1 * slots);
    expect([...aside].map((route) => input.names.routes.text(route))).toEqual(['GET /async/me']);
    expect(Math.abs(wait.mean / 1e6 - mean) / mean).toBeLessThan(0.1);
    expect(Math.abs(wait.p95 / 1e6 - p95) / p95).toBeLessThan(0.1);
  });

  it.each(['gil-open', 'gil-processes', 'loop-blocked-by-all', 'database', 'gil-open-not'])(
    '%s: what slows long requests down by more is no queue',
    (name) => {
      const { service, wait } = inferLog(fault(name));
      expect(service.growth?.inTurn).toBeUndefined();
      expect(service.method).toBe('logged');
      expect(wait.basis).not.toContain('in turn inside');
    },
  );
});
