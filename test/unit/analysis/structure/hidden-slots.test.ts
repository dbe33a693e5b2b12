import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const fault = (name: string) =>
  gunzipSync(readFileSync(new URL(`../../../faults/${name}.log.gz`, import.meta.url))).toString('utf8');

describe('requests that queue inside the application', () => {
  it.each([
    // The truth that was recorded beside: slots, mean service time and mean and p95 wait in seconds.
    { name: 'wsgi-behind-loop', slots: 6, service: 0.1712, mean: 1.3915, p95: 3.5139 },
    { name: 'five-connections', slots: 5, service: 0.2045, mean: 0.183, p95: 1.0826 },
  ])('$name: the slots, and with them the waits and the work', ({ name, slots, service, mean, p95 }) => {
    const { service: found, wait, capacity, concurrency } = inferLog(fault(name));
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
