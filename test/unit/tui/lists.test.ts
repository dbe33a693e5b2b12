// The lists below the lanes: what stands beside the tab, and what they say of logs that tell little.
import { afterEach, describe, expect, it } from 'vitest';
import heatMap from '../../../src/tui/panels/heat-map.ts';
import requests from '../../../src/tui/panels/requests.ts';
import routes from '../../../src/tui/panels/routes.ts';
import whatIf from '../../../src/tui/panels/what-if.ts';
import { closeScreens, openScreen } from '../../helpers/screen.ts';
import { emptyTail, handSnapshot, replaySnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

afterEach(closeScreens);

const pool = () =>
  handSnapshot({
    requests: Array.from({ length: 240 }, (_, i) => ({
      start: -60 + Math.floor(i / 4),
      end: -59.02 + Math.floor(i / 4),
      worker: String(8712 + (i % 4)),
      route: i % 3 === 0 ? 'GET /slow' : 'GET /fast',
    })),
  });

describe('lists on a wide screen', () => {
  it('stand side by side, and a click on one makes it the tab with that line chosen', async () => {
    const { screen } = await openScreen(pool(), { columns: 200, rows: 50 });
    for (const title of [/─ Routes ─/, /─ Workers ─/, /─ Requests ─/]) expect(screen.text()).toMatch(title);
    const y = screen.rows().findIndex((row) => /│\s+GET \/slow .* 80 /.test(row));
    const x = screen.rows()[y].lastIndexOf('GET /slow');
    screen.session.mouse({ kind: 'press', x, y, by: 0 });
    await screen.settle();
    expect(screen.session.ui).toMatchObject({ tab: 'routes', focus: 'routes' });
    expect(screen.session.ui.selected.routes).toBe(1);
  });

  it('scroll under the wheel, whatever the keyboard speaks to', async () => {
    const { screen } = await openScreen(pool(), { columns: 200, rows: 50 });
    await screen.press('w');
    const y = screen.rows().findIndex((row) => row.includes('─ Requests')) + 3;
    for (let i = 0; i < 5; i++) screen.session.mouse({ kind: 'wheel', x: 150, y, by: 1 });
    await screen.settle();
    expect(screen.session.ui).toMatchObject({ focus: 'lanes', selected: { requests: 15 } });
    expect(screen.session.ui.selected.lanes ?? 0).toBe(0);
    expect(screen.text()).not.toMatch(/ 1-\d+ of 240/);
  });

  it('sort the routes by the column whose title is clicked, and the other way round by the next click', async () => {
    const { screen } = await openScreen(pool(), { columns: 120, rows: 36 });
    await screen.press('2');
    const y = screen.rows().findIndex((row) => row.includes('busy↓'));
    const press = async (title: string) => {
      screen.session.mouse({ kind: 'press', x: screen.rows()[y].indexOf(title) + 2, y, by: 0 });
      await screen.settle();
      return screen.rows()[y];
    };
    // The whole title and the sign of the order: no letter is cut.
    expect(await press('requests')).toContain(' requests↓');
    expect(await press('requests')).toContain(' requests↑');
    expect(await press('errors')).toContain(' errors↓');
    expect(await press('trend')).toContain(' trend↓');
    const before = screen.session.ui.sort;
    await press('route');
    expect(screen.session.ui.sort).toEqual(before);
  });

  it('are sorted in ASCII by a sign that is no letter of the title', () => {
    const titles = (column: number) =>
      drawn(routes, viewOf(pool(), { columns: 80, ascii: true, ui: { sort: { column, ascending: false } } }), 80, 3)[0];
    expect(titles(0)).toContain(' busy v ');
    expect(titles(5)).toMatch(/ errors v$/);
  });

  it('keep their places while the cursor moves', async () => {
    const { screen } = await openScreen(pool(), { columns: 200, rows: 50 });
    const places = () =>
      ['─ Routes', '─ Workers', '─ Requests'].map((title) => screen.rows().findIndex((row) => row.includes(title)));
    const before = places();
    await screen.press('\x1b[D', '\x1b[D');
    expect(screen.text()).toContain('cursor');
    expect(places()).toEqual(before);
  });

  it('show the request that is chosen while its list stays in sight', async () => {
    const { screen } = await openScreen(pool(), { columns: 200, rows: 50 });
    await screen.press('4', '\r');
    const first = screen.session.ui.request;
    expect(screen.text()).toContain('─ Requests');
    await screen.press('\x1b[B');
    expect(screen.session.ui.request).not.toEqual(first);
    expect(screen.session.ui.selected.requests).toBe(1);
  });
});

describe('a log that tells little', () => {
  it('has the times that it tells in its requests, where those are of their starts', async () => {
    const snapshot = await replaySnapshot('waitress-4-threads-ramp.log');
    const [head, first] = drawn(requests, viewOf(snapshot, { columns: 100 }), 100, 6);
    expect(head).toMatch(/^ at /);
    // Of stamps in whole seconds without fractions that nobody knows.
    expect(first).toMatch(/^ \d\d:\d\d:\d\d {2}/);
  });

  it('is told in whole sentences why nothing can be predicted', () => {
    const words = drawn(whatIf, viewOf(emptyTail()), 60, 6).join('\n');
    expect(words).toContain('what another would do.');
    expect(words).not.toContain('…');
  });
});

it('a heat map with more rows than durations has no gaps between them', () => {
  const snapshot = handSnapshot({
    requests: Array.from({ length: 60 }, (_, i) => ({ start: -60 + i, end: -60 + i + 0.1 * 2 ** (i / 60) })),
  });
  const rows = drawn(heatMap, viewOf(snapshot, { columns: 120, ui: { spanSeconds: 60 } }), 120, 24);
  const filled = rows.map((row) => row.slice(0, 100).includes('█'));
  const first = filled.indexOf(true);
  expect(filled.slice(first).every(Boolean)).toBe(true);
});

it('explains its brackets to the end where the panel is narrow', () => {
  const text = drawn(whatIf, viewOf(pool(), { columns: 60 }), 60, 14)
    .join(' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain('every other reading that the log does not exclude.');
});
