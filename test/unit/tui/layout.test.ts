import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../src/tui/canvas.ts';
import { layoutOf, SMALLEST } from '../../../src/tui/layout.ts';

const input = fc.record({
  columns: fc.integer({ min: SMALLEST.columns, max: 320 }),
  rows: fc.integer({ min: SMALLEST.rows, max: 120 }),
  mode: fc.constantFrom('tail' as const, 'replay' as const),
  lanesWanted: fc.integer({ min: 1, max: 300 }),
  hasQueue: fc.boolean(),
  filtered: fc.boolean(),
  strips: fc.integer({ min: 1, max: 4 }),
  tabNeeds: fc.constantFrom(1, 8, Number.POSITIVE_INFINITY),
});

describe('layoutOf', () => {
  it('gives every row of the screen to exactly one part', () => {
    fc.assert(
      fc.property(input, (given) => {
        const layout = layoutOf(given);
        const owners = new Array(given.rows).fill(0);
        const parts = [
          layout.header,
          layout.verdict,
          layout.queue,
          layout.lanes,
          layout.pool,
          layout.tab,
          // Beside the tab it has the same rows.
          layout.side?.x === 0 ? layout.side : null,
          layout.transport,
          layout.status,
        ];
        for (const rect of parts) for (let y = rect?.y ?? 0; rect && y < rect.y + rect.rows; y++) owners[y]++;
        owners[layout.tabsRow]++;
        owners[layout.footerRow]++;
        expect(owners).toEqual(new Array(given.rows).fill(1));
      }),
    );
  });

  it('keeps everything inside the screen, and the lists side by side', () => {
    fc.assert(
      fc.property(input, (given) => {
        const layout = layoutOf(given);
        const inside = ({ x, y, columns, rows }: Rect) =>
          x >= 0 && y >= 0 && rows >= 0 && columns > 0 && x + columns <= given.columns && y + rows <= given.rows;
        for (const rect of [layout.header, layout.lanes, layout.pool, layout.tab, layout.status])
          expect(inside(rect)).toBe(true);
        if (layout.side) {
          expect(inside(layout.side)).toBe(true);
          if (layout.side.x > 0) expect(layout.tab.columns + 1 + layout.side.columns).toBe(given.columns);
        }
        expect(layout.tab.rows).toBeGreaterThanOrEqual(Math.min(2, given.tabNeeds));
      }),
    );
  });

  it('gives a panel on the time axis the whole width, as the lanes above it have', () => {
    fc.assert(
      fc.property(input, (given) => {
        const layout = layoutOf({ ...given, tabOnAxis: true });
        expect(layout.side).toBeNull();
        expect(layout.tab.columns).toBe(layout.lanes.columns);
      }),
    );
  });

  it('shows lanes, pool and a list on 80 x 24', () => {
    const layout = layoutOf({ columns: 80, rows: 24, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3 });
    expect(layout.lanes.rows).toBeGreaterThanOrEqual(5);
    expect(layout.pool.rows).toBeGreaterThanOrEqual(4);
    expect(layout.tab.rows).toBeGreaterThanOrEqual(5);
  });

  it('gives up on a terminal that is too small', () => {
    expect(layoutOf({ columns: 30, rows: 24, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3 }).tooSmall).toBe(
      true,
    );
    expect(layoutOf({ columns: 80, rows: 10, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3 }).tooSmall).toBe(
      true,
    );
  });
});
