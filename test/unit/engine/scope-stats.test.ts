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

  it('of a long stretch has the rate of its last ten seconds, and of each route the rate of all of it', () => {
    const slow = Array.from({ length: 50 }, (_, i) => ({ start: i, end: i + 0.5, route: 'GET /' }));
    const quick = Array.from({ length: 50 }, (_, i) => ({ start: 50 + i / 5, end: 50.1 + i / 5, route: 'GET /' }));
    const rising = handSnapshot({ requests: [...slow, ...quick] });
    const all = Int32Array.from({ length: 100 }, (_, i) => i);
    const stretch = scopeStats(rising, all, 100, { from: NOON, to: NOON + 60 * SECOND });
    expect(stretch.perSecond).toBe(5);
    expect(stretch.routes[0].perSecond).toBeCloseTo(100 / 60, 9);
  });

  it('of a route with very many requests has the durations of all of them, the last ones too', () => {
    // The longest ones come last: after those that are counted in one go.
    const requests = Array.from({ length: 300 }, (_, i) => ({ start: i, end: i + (i < 260 ? 0.1 : 0.8) }));
    const all = Int32Array.from({ length: 300 }, (_, i) => i);
    const [{ service }] = scopeStats(handSnapshot({ requests }), all, 300, {
      from: NOON,
      to: NOON + 400 * SECOND,
    }).routes;
    expect(service.max).toBeCloseTo(0.8 * SECOND, 0);
    expect(service.mean).toBeCloseTo(((260 * 0.1 + 40 * 0.8) / 300) * SECOND, 0);
  });
});
