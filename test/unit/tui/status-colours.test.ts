// What failed looks like it in the lists, each status by its own: the colour is of the row that it stands in.
import { describe, expect, it } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import type { Panel, View } from '../../../src/tui/panel.ts';
import log from '../../../src/tui/panels/log.ts';
import requests from '../../../src/tui/panels/requests.ts';
import type { Theme } from '../../../src/tui/theme.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';
import { rowsOf, viewOf } from '../../helpers/views.ts';

const statuses = [200, 304, 404, 499, 500, 503] as const;
const snapshot = handSnapshot({
  requests: statuses.map((status, i) => ({ start: i - 10, end: i - 9.3, status, route: `GET /${status}` })),
});
const { source, offset } = snapshot.requests;
const rawLines = statuses.map((status, row) => ({
  source: source[row],
  offset: offset[row],
  text: `"GET /${status} HTTP/1.1" ${status}`,
}));

/** Of each status: the style of the last cell of its number, in the row of its route. */
function stylesIn(panel: Panel, view: View): Map<number, number> {
  const grid = new CellGrid(110, 12);
  panel.draw(view, new Canvas(grid));
  const rows = rowsOf(grid);
  return new Map(
    statuses.map((status) => {
      const y = rows.findIndex((row) => row.includes(`/${status}`));
      return [status, grid.styles[y * grid.columns + rows[y].lastIndexOf(String(status)) + 2]];
    }),
  );
}

const expected = (theme: Theme, fine: number) =>
  new Map<number, number>([
    [200, fine],
    [304, fine],
    [404, theme.warning],
    [499, theme.warning],
    [500, theme.critical],
    [503, theme.critical],
  ]);

describe('a status', () => {
  it('of the requests is coloured by its class', () => {
    const view = viewOf(snapshot, { columns: 110, change: { isFocused: false } });
    expect(stylesIn(requests, view)).toEqual(expected(view.theme, view.theme.quiet));
  });

  it('colours its line of the log', () => {
    const view = viewOf(snapshot, { columns: 110, change: { isFocused: false, rawLines } });
    expect(stylesIn(log, view)).toEqual(expected(view.theme, view.theme.text));
  });
});
