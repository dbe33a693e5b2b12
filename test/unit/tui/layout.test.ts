import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../src/tui/canvas.ts';
import { layoutOf, SMALLEST } from '../../../src/tui/layout.ts';
import type { PlacedList } from '../../../src/tui/lists.ts';

const wanted = fc.record({
  id: fc.constantFrom('routes', 'workers'),
  needs: fc.constantFrom(1, 3, 8, Number.POSITIVE_INFINITY),
});
const input = fc.record({
  columns: fc.integer({ min: SMALLEST.columns, max: 320 }),
  rows: fc.integer({ min: SMALLEST.rows, max: 120 }),
  mode: fc.constantFrom('tail' as const, 'replay' as const),
  lanesWanted: fc.integer({ min: 1, max: 300 }),
  hasQueue: fc.boolean(),
  filtered: fc.boolean(),
  isTimeless: fc.boolean(),
  strips: fc.integer({ min: 1, max: 4 }),
  lists: fc.record({
    tab: wanted,
    below: fc.array(wanted, { maxLength: 3 }),
    beside: fc.array(wanted, { minLength: 1, maxLength: 3 }),
    narrow: fc.array(wanted, { maxLength: 3 }),
    onTimeAxis: fc.boolean(),
  }),
});

/** Columns of lists, each list with its title. */
function columnsOf(lists: readonly PlacedList[]): PlacedList[][] {
  const first = lists.filter(({ rect }) => rect.x === 0);
  const second = lists.filter(({ rect }) => rect.x > 0);
  return second.length > 0 ? [first, second] : [first];
}
const rowsOf = ({ rect, titleRow }: PlacedList): number[] => [
  ...(titleRow < 0 ? [] : [titleRow]),
  ...Array.from({ length: rect.rows }, (_, y) => rect.y + y),
];

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
          layout.transport,
          layout.status,
        ];
        for (const rect of parts) for (let y = rect?.y ?? 0; rect && y < rect.y + rect.rows; y++) owners[y]++;
        owners[layout.tabsRow]++;
        owners[layout.footerRow]++;
        // Each column of lists fills the rest.
        for (const column of columnsOf(layout.lists)) {
          const all = [...owners];
          for (const list of column) for (const y of rowsOf(list)) all[y]++;
          expect(all).toEqual(new Array(given.rows).fill(1));
        }
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
        for (const { rect } of layout.lists) {
          expect(inside(rect)).toBe(true);
          // A line and a blank part the columns.
          if (rect.x > 0) expect(layout.tab.columns + 2 + rect.columns).toBe(given.columns);
        }
        expect(layout.lists[0]).toMatchObject({ id: given.lists.tab.id, titleRow: -1, rect: layout.tab });
        expect(layout.tab.rows).toBeGreaterThanOrEqual(Math.min(2, given.lists.tab.needs));
      }),
    );
  });

  it('gives a panel on the time axis the whole width, as the lanes above it have', () => {
    fc.assert(
      fc.property(input, (given) => {
        const layout = layoutOf({ ...given, lists: { ...given.lists, onTimeAxis: true } });
        expect(layout.lists).toHaveLength(1);
        expect(layout.tab.columns).toBe(layout.lanes.columns);
      }),
    );
  });

  const all = Number.POSITIVE_INFINITY;
  const [findings, routes, workers, requests] = [
    { id: 'findings', needs: all },
    { id: 'routes', needs: 6 },
    { id: 'workers', needs: 5 },
    { id: 'requests', needs: all },
  ];
  const lists = { tab: findings, below: [], beside: [routes, workers, requests], narrow: [routes], onTimeAxis: false };
  const placed = (columns: number, rows: number) =>
    layoutOf({ columns, rows, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3, lists }).lists.map(
      ({ id, rect }) => [id, rect.rows],
    );

  it('shows three lanes and a sentence in three rows on a small, narrow screen', () => {
    const { verdict, lanes, pool } = layoutOf({
      columns: 55,
      rows: 20,
      mode: 'replay',
      lanesWanted: 3,
      hasQueue: true,
      strips: 4,
      lists,
    });
    expect([verdict.rows, lanes.rows, pool.rows >= 3]).toEqual([3, 4, true]);
  });

  it('puts what is asked next beside the findings, each list as long as it is, where there is room', () => {
    const [first, ...others] = placed(200, 60);
    expect(first[0]).toBe('findings');
    expect(others.slice(0, 2)).toEqual([
      ['routes', 6],
      ['workers', 5],
    ]);
    expect(others[2][0]).toBe('requests');
    expect(placed(120, 40).map(([id]) => id)).toEqual(['findings', 'routes']);
    expect(placed(80, 24).map(([id]) => id)).toEqual(['findings']);
  });

  it('shows lanes, pool and a list on 80 x 24', () => {
    const layout = layoutOf({ columns: 80, rows: 24, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3, lists });
    expect(layout.lanes.rows).toBeGreaterThanOrEqual(5);
    expect(layout.pool.rows).toBeGreaterThanOrEqual(4);
    expect(layout.tab.rows).toBeGreaterThanOrEqual(5);
  });

  it('takes a row or two from the panel where they show all lanes, and leaves it those that lanes of one height cannot share', () => {
    const lists = {
      tab: { id: 'findings', needs: Number.POSITIVE_INFINITY },
      below: [],
      beside: [],
      narrow: [],
      onTimeAxis: false,
    };
    const at = (lanesWanted: number, lanesUse?: (rows: number) => number) =>
      layoutOf({
        columns: 100,
        rows: 28,
        mode: 'replay',
        lanesWanted,
        hasQueue: true,
        strips: 4,
        lists,
        ...(lanesUse ? { lanesUse } : {}),
      });
    expect(at(8).lanes.rows).toBe(9);
    expect(at(12).lanes.rows).toBe(at(11).lanes.rows);
    const [cut, whole] = [at(12, (rows) => rows - 2), at(12)];
    expect([cut.lanes.rows, cut.tab.rows + cut.pool.rows]).toEqual([
      whole.lanes.rows - 2,
      whole.tab.rows + whole.pool.rows + 2,
    ]);
  });

  it('gives up on a terminal that is too small', () => {
    expect(
      layoutOf({ columns: 30, rows: 24, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3, lists }).tooSmall,
    ).toBe(true);
    expect(
      layoutOf({ columns: 80, rows: 10, mode: 'tail', lanesWanted: 4, hasQueue: true, strips: 3, lists }).tooSmall,
    ).toBe(true);
  });
});
