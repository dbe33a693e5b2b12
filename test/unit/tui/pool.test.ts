// The chart of the pool speaks as the sentence above it does.
import { expect, it } from 'vitest';
import type { PoolRegime } from '../../../src/core/inference.ts';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import pool from '../../../src/tui/panels/pool.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

it('is in the colour of a full pool throughout where hand-overs alone leave slots free, and not where a tenth of them is', () => {
  // Two workers, a second each; the second one is handed its requests a little late, and from -20 s on a quarter of a second late.
  const requests = Array.from({ length: 60 }, (_, i) => [
    { start: -60 + i, end: -59 + i, worker: '1' },
    { start: -60 + i + (i < 40 ? 0.06 : 0.25), end: -59 + i, worker: '2' },
  ]).flat();
  const view = viewOf(handSnapshot({ requests }), { columns: 80, ui: { spanSeconds: 60 } });
  const grid = new CellGrid(80, 5);
  pool.draw(view, new Canvas(grid));
  const saturated = view.theme.styles.of(view.theme.colours.saturated);
  const styles = Array.from(grid.styles.slice(12, 12 + 62));
  expect(styles.slice(2, 38).every((style) => style === saturated)).toBe(true);
  expect(styles.slice(45, 60).some((style) => style !== saturated)).toBe(true);
});

it('measures each time by the pool that there was then, and is as high as the largest', () => {
  // One worker until -30 s, then two: the first was full, the two are half busy.
  const requests = Array.from({ length: 60 }, (_, i) => ({ start: -60 + i, end: -59 + i, worker: i < 30 ? '1' : '2' }));
  const snapshot = handSnapshot({ requests, capacity: 1 });
  const regime = (from: number, to: number, capacity: number): PoolRegime => ({
    ...{ from: NOON + from * 1e6, to: NOON + to * 1e6, workers: capacity, model: 'sync' },
    ...{
      capacity,
      capacityLow: capacity,
      requests: 30,
      serviceMean: 1e6,
      saturatedMicros: Number.NaN,
      waitMean: Number.NaN,
    },
  });
  const inference = { ...snapshot.inference, regimes: [regime(-60, -30, 1), regime(-30, 0, 2)] };
  const view = viewOf({ ...snapshot, inference }, { columns: 80, ui: { spanSeconds: 60 } });
  const grid = new CellGrid(80, 3);
  pool.draw(view, new Canvas(grid));
  expect(grid.glyphs.slice(0, 9).join('')).toBe('busy of 2');
  const saturated = view.theme.styles.of(view.theme.colours.saturated);
  expect(Array.from(grid.styles.slice(12 + 4, 12 + 28)).every((style) => style === saturated)).toBe(true);
  expect(Array.from(grid.styles.slice(12 + 34, 12 + 60)).some((style) => style === saturated)).toBe(false);
});

it('begins its axis with the log: what is blank before it is no idle pool', () => {
  const requests = Array.from({ length: 10 }, (_, i) => ({ start: -30 + i, end: -29.5 + i, worker: '1' }));
  const axis = (spanSeconds: number) =>
    drawn(pool, viewOf(handSnapshot({ requests }), { ui: { spanSeconds } }), 80, 5).at(-1);
  expect(axis(60)).toMatch(/^ {12,}begins [─┴]/);
  expect(axis(60)?.indexOf('begins')).toBeGreaterThan(30);
  expect(axis(60)).not.toMatch(/┴[\d:]+.*begins/);
  expect(axis(20)).not.toContain('begins');
  // Where there is no room for the word, it is left out.
  expect(axis(31)).not.toContain('begins');
  // Also beside the word at the other end, of a log that has only begun.
  expect(axis(1800)).toMatch(/^ {60,}(now|here|end) /);
});

it('says the time of the cursor on the axis, whole, and that nothing was answered then where a "?" would ask what it was', () => {
  const requests = Array.from({ length: 10 }, (_, i) => ({ start: -60 + i, end: -59.5 + i, worker: '1' }));
  const at = (cursor: number) =>
    drawn(
      pool,
      viewOf(handSnapshot({ requests }), { columns: 80, ui: { spanSeconds: 60, cursor: NOON + cursor * 1e6 } }),
      80,
      5,
    );
  const quiet = at(-30);
  expect(quiet.at(-1)).toContain('│11:59:30.000 ');
  expect(quiet.find((row) => row.startsWith('service p95'))).toMatch(/ -$/);
  // Beside the right edge it stands on the other side, and no label is left in parts.
  const late = at(-1).at(-1) ?? '';
  expect(late).toContain(' 11:59:59.000│');
  for (const label of `${quiet.at(-1)} ${late}`.matchAll(/┴([\d:]+)/g)) expect(label[1]).toMatch(/^\d\d:\d\d:\d\d$/);
});

it('has whole words and numbers beside its charts on a narrow screen', () => {
  const requests = Array.from({ length: 60 }, (_, i) => ({ start: -60 + i, end: -59.5 + i, worker: '1', wait: 0.2 }));
  const rows = drawn(pool, viewOf(handSnapshot({ requests }), { columns: 55 }), 55, 5);
  expect(rows.map((row) => row.slice(0, 8).trim())).toEqual(['busy', 'req/s', 'service', 'wait', '']);
  expect(rows.slice(0, 4).map((row) => row.slice(48).trim())).toEqual([
    expect.stringMatching(/^[\d.]+$/),
    expect.stringMatching(/^[\d.]+$/),
    '500ms',
    '200ms',
  ]);
});

it('marks what runs at once as rough where stamps are coarser than requests take and no limit is known', () => {
  const requests = Array.from({ length: 40 }, (_, i) => ({ start: -30 + i / 2, end: -29.6 + i / 2, worker: '1' }));
  const peak = (capacity: number | null, tick: number) => {
    const snapshot = handSnapshot({ requests, capacity });
    snapshot.requests.resolution.fill(tick);
    const { summary } = snapshot;
    const known = { ...summary, service_time: { ...summary.service_time, p50: 0.4 } };
    return drawn(pool, viewOf({ ...snapshot, summary: known }, { ui: { spanSeconds: 60 } }), 80, 5)[0];
  };
  expect(peak(null, 1e6)).toMatch(/in flight .* ~[\d.]+$/);
  expect(peak(null, 1_000)).toMatch(/in flight .* [\d.]+$/);
  expect(peak(null, 1_000)).not.toContain('~');
  expect(peak(1, 1e6)).not.toContain('~');
});
