// The lanes of a live log: what is not logged yet, before the log, and outside a filter.
import { expect, it } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import type { Panel } from '../../../src/tui/panel.ts';
import { panelById } from '../../../src/tui/panels/index.ts';
import { type HandOptions, handSnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const lanes = panelById('lanes') as Panel;
const requests: HandOptions['requests'] = Array.from({ length: 20 }, (_, i) => [
  { start: -20 + i, end: -19.2 + i, worker: '100', status: i === 10 ? 500 : 200 },
  { start: -20 + i, end: -19.2 + i, worker: '101', status: 200 },
]).flat();
const told = handSnapshot({ requests });
/** Of workers that no examination has seen, so that they may have been there before the log. */
const snapshot = { ...told, inference: { ...told.inference, lives: [] } };

it('are not said to be unlogged where none of their requests passes a filter', () => {
  const [, first, second] = drawn(lanes, viewOf(snapshot, { ui: { filter: 'status:5xx', spanSeconds: 30 } }), 80, 3);
  expect(first).toMatch(/^100 /);
  expect(second).toMatch(/^101 /);
  for (const lane of [first, second]) expect(lane.match(/·/g)?.length ?? 0).toBeLessThan(4);
  // What does not pass is still there, in grey.
  expect(second.match(/[█▉▊▋▌▍▎▏]/g)?.length ?? 0).toBeGreaterThan(10);
});

it('of a crowd are not said to be unlogged either, and keep what does not pass', () => {
  const many = Array.from({ length: 20 }, () => requests).flat();
  const crowd = handSnapshot({ requests: many, threads: 40, unbounded: true, model: 'async' });
  const rows = drawn(lanes, viewOf(crowd, { ui: { filter: 'status:5xx', spanSeconds: 30 } }), 80, 7);
  const second = rows.slice(rows.findIndex((row) => row.startsWith('101'))).join('');
  expect(second.match(/·/g)?.length ?? 0).toBeLessThan(12);
  expect(second.match(/[▁-█]/g)?.length ?? 0).toBeGreaterThan(10);
});

it('of workers that may have been there before begin with the log', () => {
  const view = viewOf(snapshot, { ui: { spanSeconds: 600 } });
  const grid = new CellGrid(80, 3);
  lanes.draw(view, new Canvas(grid));
  const lane = Array.from(grid.styles.slice(80 + 12, 80 + 74));
  const [blank] = new CellGrid(1, 1).styles;
  // The log is of 20 s of the ten minutes.
  expect(lane.filter((style) => style !== blank).length).toBeLessThan(6);
});
