// The bar below a replay: the rate of the whole file, and where so many answers failed that it is worth a look.
import { expect, it } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import { layoutOf } from '../../../src/tui/layout.ts';
import { mouseActions } from '../../../src/tui/mouse-actions.ts';
import transport from '../../../src/tui/panels/transport.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const SECOND = 1e6;
const COLUMNS = 78;
/** Cells between the clocks at both ends. */
const LEFT = 9;
const CELLS = 60;

it('colours a cell by the share of its answers that failed, not by a single one', () => {
  const requests = new Float64Array(CELLS).fill(1000);
  const errors = new Float64Array(CELLS);
  errors[10] = 1;
  errors[20] = 60;
  errors[30] = 400;
  const snapshot = handSnapshot({
    requests: [{ start: -60, end: -59 }],
    change: {
      mode: 'replay',
      from: NOON - 60 * SECOND,
      to: NOON,
      now: NOON - SECOND,
      overview: { from: NOON - 60 * SECOND, stepMicros: SECOND, requests, errors },
    },
  });
  const view = viewOf(snapshot);
  const grid = new CellGrid(COLUMNS, 2);
  transport.draw(view, new Canvas(grid));
  const { colours, styles } = view.theme;
  const lookOf = (cell: number) => grid.styles[LEFT + cell];
  const looks = (colour: number) => styles.of(colour, colours.track);
  expect([0, 10, 20, 30].map(lookOf)).toEqual([
    looks(colours.rate),
    looks(colours.rate),
    looks(colours.warning),
    looks(colours.serverError),
  ]);
});

it.each([
  ['one day', 3600],
  ['several days, whose times have dates', 3 * 86_400],
])('goes to where it is clicked in a log of %s', (_, seconds) => {
  const snapshotAt = (now: number) =>
    handSnapshot({
      requests: [{ start: -60, end: -59 }],
      change: { mode: 'replay', from: NOON - seconds * SECOND, to: NOON, now },
    });
  const layout = layoutOf({
    columns: COLUMNS,
    rows: 24,
    mode: 'replay',
    lanesWanted: 1,
    hasQueue: false,
    strips: 2,
    lists: { tab: { id: 'findings', needs: 1 }, below: [], beside: [], narrow: [], onTimeAxis: false },
  });
  const { y } = layout.transport!;
  for (const x of [20, 40, 60]) {
    const click = { kind: 'press', x, y, by: 0 } as const;
    const [action] = mouseActions(click, viewOf(snapshotAt(NOON), { columns: COLUMNS }), layout);
    expect(action.type).toBe('seek');
    const now = action.type === 'seek' ? action.micros : Number.NaN;
    // Where the click was, there stands the position.
    expect(drawn(transport, viewOf(snapshotAt(now + 1)), COLUMNS, 2)[0][x]).toBe('│');
  }
});
