// Every panel, with every kind of snapshot, at every size: exactly the rows and cells it was given, and nothing but text.
import xterm from '@xterm/headless';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { Canvas, CellGrid } from '../../src/tui/canvas.ts';
import { Painter } from '../../src/tui/painter.ts';
import { panels, tabs } from '../../src/tui/panels/index.ts';
import { themeNames } from '../../src/tui/theme.ts';
import { emptyTail, hostileSnapshot, hostileText, NOON, replaySnapshot } from '../helpers/snapshots.ts';
import { type ViewOptions, viewOf } from '../helpers/views.ts';

const sizes = [
  [40, 10],
  [80, 24],
  [200, 50],
  [1, 1],
  [7, 3],
] as const;

const looks: readonly ViewOptions[] = [
  { depth: 16_777_216 },
  { depth: 16, theme: 'light' },
  { depth: 0 },
  { depth: 0, ascii: true },
];

const states: readonly ViewOptions[] = [
  {},
  { ui: { cursor: NOON - 12e6, colourBy: 'route', foldCalm: true } },
  { ui: { colourBy: 'duration', laneForm: 'height', spanSeconds: 3600, filter: 'status:5xx' } },
  { ui: { laneForm: 'slots', spanSeconds: 1, edge: NOON - 20e6, request: { source: 0, offset: 300 } } },
];

let snapshots: Record<string, Snapshot>;

beforeAll(async () => {
  snapshots = {
    empty: emptyTail(),
    hostile: hostileSnapshot(),
    sync: await replaySnapshot('gunicorn-sync-3-timeout-kills.log', 'gunicorn-sync-3-timeout-kills.error.log'),
    threads: await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log'),
    'no time': await replaySnapshot('uvicorn-default-no-time.log'),
  };
});

const MARK = '\u0001';

/** Cells outside of the panel that it touched, and cells inside that hold more than text. */
function strayCells(grid: CellGrid, columns: number, rows: number): string[] {
  const stray: string[] = [];
  grid.glyphs.forEach((glyph, at) => {
    const [x, y] = [at % grid.columns, Math.floor(at / grid.columns)];
    const isInside = x >= 2 && y >= 2 && x < columns + 2 && y < rows + 2;
    const isFine = isInside ? !/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(glyph) : glyph === MARK;
    if (!isFine) stray.push(`${isInside ? 'inside' : 'outside'} at ${x},${y}: ${JSON.stringify(glyph)}`);
  });
  return stray;
}

describe.each(panels.map((panel) => [panel.id, panel] as const))('panel %s', (id, panel) => {
  it.each(sizes)('keeps to %i x %i cells', (columns, rows) => {
    for (const [name, snapshot] of Object.entries(snapshots)) {
      for (const look of looks) {
        for (const state of states) {
          const grid = new CellGrid(columns + 4, rows + 4);
          grid.glyphs.fill(MARK);
          const inside = new Canvas(grid, { x: 2, y: 2, columns, rows });
          for (let y = 0; y < rows; y++) inside.fill(0, y, columns, ' ', 0);
          const rawLines = hostileText.map((text, i) => ({ source: 0, offset: i * 100, text }));
          panel.draw(viewOf(snapshot, { columns, ...look, ...state, change: { rawLines, unseen: 12 } }), inside);
          expect(strayCells(grid, columns, rows), `${name} ${JSON.stringify(look)}`).toEqual([]);
        }
      }
    }
  });

  it('fills whole rows of a terminal', async () => {
    const [columns, rows] = [80, 12];
    for (const snapshot of Object.values(snapshots)) {
      const view = viewOf(snapshot, { columns });
      const grid = new CellGrid(columns, rows);
      panel.draw(view, new Canvas(grid));
      const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
      const bytes = new Painter().paint({ grid, styles: view.theme.styles, chrome: new Map(), ascii: false });
      await new Promise<void>((done) => terminal.write(bytes, done));
      const misplaced: string[] = [];
      for (let y = 0; y < rows; y++) {
        const line = terminal.buffer.active.getLine(y);
        for (let x = 0; x < columns; x++) {
          const glyph = grid.glyphs[y * columns + x];
          // Emulators do not agree on clusters; plain glyphs must stand where the grid has them.
          if (glyph.length !== 1 || glyph === ' ') continue;
          const shown = line?.getCell(x)?.getChars();
          if (shown !== glyph) misplaced.push(`${x},${y}: ${shown} instead of ${glyph}`);
        }
      }
      expect(misplaced, id).toEqual([]);
      terminal.dispose();
    }
  });

  it('counts and opens lines that are there', () => {
    for (const snapshot of Object.values(snapshots)) {
      const view = viewOf(snapshot);
      const count = panel.count?.(view) ?? 0;
      expect(count).toBeGreaterThanOrEqual(0);
      for (const line of [0, count - 1, count, count + 1000]) expect(() => panel.open?.(view, line)).not.toThrow();
    }
  });
});

describe('panels', () => {
  it('have distinct ids', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('have a number key each, when they are tabs', () => {
    expect(tabs.length).toBeGreaterThan(0);
    expect(tabs.length).toBeLessThanOrEqual(9);
  });

  it.each(themeNames)('draw in the theme %s', (theme) => {
    for (const panel of panels) {
      const grid = new CellGrid(80, 24);
      panel.draw(viewOf(snapshots.sync, { theme }), new Canvas(grid));
    }
  });
});
