// What lists say of a moment, and of a stretch of time.
import { describe, expect, it } from 'vitest';
import { scopeStats } from '../../../src/engine/scope-stats.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;

describe('scopeStats', () => {
  // Ten requests of ten seconds each that end one second after the other.
  const snapshot = handSnapshot({
    requests: Array.from({ length: 10 }, (_, i) => ({ start: -20 + i, end: -10 + i, worker: String(i) })),
  });
  const rows = Int32Array.from({ length: 10 }, (_, i) => i);

  it('of a moment counts what runs, and as its rate what ends', () => {
    const from = NOON - 10.2 * SECOND;
    const moment = scopeStats(snapshot, rows, rows.length, { from, to: from + 0.5 * SECOND, touching: true });
    expect(moment.requests).toBe(10);
    expect(moment.perSecond).toBe(2);
    expect(moment.routes.reduce((sum, route) => sum + route.perSecond, 0)).toBe(2);
  });

  it('of a moment counts who waits, too', () => {
    const queued = handSnapshot({ requests: [{ start: -5, end: -4, wait: 3, worker: '1' }] });
    const at = (second: number) =>
      scopeStats(queued, Int32Array.of(0), 1, {
        from: NOON + second * SECOND,
        to: NOON + (second + 0.5) * SECOND,
        touching: true,
      }).requests;
    expect([-9, -7, -4.5, -3].map(at)).toEqual([0, 1, 1, 0]);
  });

  it('of a stretch of time counts what ended in it', () => {
    const scope = { from: NOON - 8.5 * SECOND, to: NOON - 3.5 * SECOND };
    const stretch = scopeStats(snapshot, rows, rows.length, scope);
    expect(stretch.requests).toBe(5);
    expect(stretch.perSecond).toBe(1);
  });
});
