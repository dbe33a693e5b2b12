// The queue above the lanes: what nobody has worked out yet does not look as if nobody waited.
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import type { Panel, View } from '../../../src/tui/panel.ts';
import pool from '../../../src/tui/panels/pool.ts';
import queue from '../../../src/tui/panels/queue.ts';
import type { ExpectedPool } from '../../../src/tui/scene/not-logged-yet.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

it('marks the columns whose waits are not known yet, and leaves those blank in which nobody waited', () => {
  const requests = [
    ...Array.from({ length: 10 }, (_, i) => ({ start: -50 + i, end: -49.1 + i, wait: 0.9 })),
    ...Array.from({ length: 10 }, (_, i) => ({ start: -40 + i, end: -39.1 + i, wait: 0 })),
    ...Array.from({ length: 10 }, (_, i) => ({ start: -20 + i, end: -19.1 + i })),
  ];
  const [row] = drawn(queue, viewOf(handSnapshot({ requests }), { columns: 80 }), 80, 1);
  // A minute is 61 cells behind a margin of 12.
  const cells = (from: number, to: number) => row.slice(12 + 61 + from, 12 + 61 + to);
  expect(cells(-51, -42)).toMatch(/^[▁▂▃▄▅▆▇█]+$/);
  expect(cells(-37, -31)).toMatch(/^ *$/);
  expect(cells(-19, -13)).toMatch(/^[· ]*·[· ]*$/);
});

it('is no plain number where its waits are none', () => {
  const requests = Array.from({ length: 40 }, (_, i) => ({ start: -40.5 + i, end: -39.5 + i, wait: 3 }));
  const snapshot = handSnapshot({ requests });
  const ends = (lowMean: number, panel: Panel, rows: number, columns = 80) => {
    const wait = { ...snapshot.inference.wait, method: 'inferred' as const, mean: 3e6, lowMean, highMean: 6e6 };
    const view = viewOf({ ...snapshot, inference: { ...snapshot.inference, wait } }, { columns });
    return drawn(panel, view, columns, rows).map((row) => row.padEnd(columns).slice(-7));
  };
  expect(ends(2e6, queue, 2)).toEqual(['    3.0', '       ']);
  expect(ends(0.1e6, queue, 2)).toEqual(['   ~3.0', '    0-6']);
  // One row tells between what it lies, or it would look like a number.
  expect(ends(0.1e6, queue, 1)).toEqual(['    0-6']);
  expect(ends(2e6, pool, 9)).toContain('  3.00s');
  // A blank keeps the longest value from its chart, on a narrow screen as on a wide one.
  for (const columns of [60, 80, 110]) expect(ends(0.1e6, pool, 9, columns)).toContain(' ~3.00s');
});

it('is no longer than a log that has ended, which tells of all who queued', () => {
  const requests = Array.from({ length: 40 }, (_, i) => ({ start: -40.5 + i, end: -39.5 + i, wait: 3 }));
  const rangeOf = (live: boolean) => {
    const snapshot = handSnapshot({ requests, change: { live, total: 40 } });
    const wait = { ...snapshot.inference.wait, method: 'inferred' as const, mean: 3e6, lowMean: 0, highMean: 600e6 };
    const view = viewOf({ ...snapshot, inference: { ...snapshot.inference, wait } }, { columns: 80 });
    return drawn(queue, view, 80, 1)[0].padEnd(80).slice(-7).trim();
  };
  expect(rangeOf(false)).toBe('0-40');
  expect(rangeOf(true)).toBe('0-600');
});

describe('the right edge of a live picture', () => {
  // One worker that takes a request a second; each caller waits three seconds, and the last one ended half a second ago.
  const requests = Array.from({ length: 40 }, (_, i) => ({ start: -40.5 + i, end: -39.5 + i, wait: 3 }));
  const service = { mean: 1e6, p50: 1e6, p90: 1e6, p95: 1e6, p99: 1e6, max: 1e6 };
  const pictureOf = (change: Partial<Snapshot>) => {
    const snapshot = handSnapshot({ requests, change });
    const inference = { ...snapshot.inference, service: { ...snapshot.inference.service, ...service } };
    return viewOf({ ...snapshot, inference }, { columns: 80, ui: { spanSeconds: 20 } });
  };
  // 20 seconds are 61 cells behind a margin of 12: the last cells are those of callers of whom none was answered yet.
  const ends = (view: View, panel = queue) => drawn(panel, view, 80, 1)[0].slice(12, 12 + 61);

  it('does not look as if nobody waited: those who wait now have no line yet', () => {
    expect(ends(pictureOf({ live: true }))).toMatch(/^[▁▂▃▄▅▆▇█]{61}$/);
    const { busy, queue: waiting } = pictureOf({ live: true }).scene.pool().expected as ExpectedPool;
    expect(waiting[60]).toBeCloseTo(3, 0);
    expect(waiting[40]).toBe(0);
    expect(busy[60]).toBeCloseTo(1, 1);
    expect(busy[50]).toBe(0);
  });

  it('holds what was known last until the lines that came since then are examined, however many those are', () => {
    const since = Array.from({ length: 300 }, (_, i) => ({ start: -0.5 + i / 1000, end: -0.499 + i / 1000 }));
    const live = handSnapshot({ requests: [...requests, ...since], change: { live: true } });
    const inference = { ...live.inference, service: { ...live.inference.service, ...service } };
    const view = viewOf({ ...live, inference }, { columns: 80, ui: { spanSeconds: 20 } });
    expect((view.scene.pool().expected as ExpectedPool).queue[60]).toBeCloseTo(3, 0);
  });

  it('ends with the lines of a log that is over, and where nothing is answered any more', () => {
    expect(ends(pictureOf({ live: false }))).toMatch(/ {2}$/);
    const silent = pictureOf({ live: true, now: NOON + 4e6 });
    expect(ends(silent)).toMatch(/ {2}$/);
  });
});
