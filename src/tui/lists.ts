/** Which lists are shown with the tab, beside and below it: what the user is likely to look at next, as far as there is room. */
import type { Rect } from './canvas.ts';
import type { View } from './panel.ts';
import { panelById } from './panels/index.ts';
import { requestRows } from './panels/request.ts';
import { shownFindings } from './shown-findings.ts';

/** A list that needs room. */
export interface Wanted {
  /** Id of its panel. */
  readonly id: string;
  /** Rows that show all of it; Infinity: it can use any number. */
  readonly needs: number;
}

/** The tab and the lists that go with it. */
export interface Lists {
  readonly tab: Wanted;
  /** Lists below the tab, in order of priority. */
  readonly below: readonly Wanted[];
  /** Lists beside it, on wide screens. */
  readonly beside: readonly Wanted[];
  /** Lists below it on screens too narrow for a second column. */
  readonly narrow: readonly Wanted[];
  /** true: the tab shares the time axis with the lanes, so nothing is beside it. */
  readonly onTimeAxis: boolean;
}

export interface PlacedList {
  readonly id: string;
  readonly rect: Rect;
  /** Row of its title, outside of `rect`; -1: its name is in the row of tabs. */
  readonly titleRow: number;
}

/** Columns from which lists are placed beside each other; the second column gets this share of the width. */
const WIDE = 140;
const BESIDE_SHARE = 0.45;
/** A list that can use all rows gets this share of them if others follow. No list gets fewer than LEAST_ROWS rows, including its title. */
const UPPER_SHARE = 0.6;
const LEAST_ROWS = 4;

/** What a list could use does not depend on the cursor or the filter, so that lists do not jump. */
export function listsOf(view: View, columns: number): Lists {
  const { ui, snapshot, scene } = view;
  const hasFindings = shownFindings(view).length > 0 || ui.filter !== '' || snapshot.summary.requests.total === 0;
  const all = Number.POSITIVE_INFINITY;
  const findings: Wanted = { id: 'findings', needs: hasFindings ? all : 1 };
  const routes: Wanted = { id: 'routes', needs: snapshot.names.routes.size + 1 };
  const workers: Wanted = { id: 'workers', needs: scene.tracks().list.length + 1 };
  const requests: Wanted = { id: 'requests', needs: all };
  if (ui.request) {
    const tab = { id: 'request', needs: requestRows(columns) + 2 };
    return { tab, below: [requests], beside: [findings], narrow: [requests], onTimeAxis: false };
  }
  const rest = { below: [], narrow: [], onTimeAxis: false };
  switch (ui.tab) {
    case 'findings':
      return { ...rest, tab: findings, beside: [routes, workers, requests], narrow: [routes] };
    case 'routes':
      return { ...rest, tab: routes, below: [workers, requests], beside: [findings], narrow: [findings] };
    case 'workers':
      return { ...rest, tab: workers, below: [routes, requests], beside: [findings], narrow: [findings] };
    case 'what-if':
      return {
        ...rest,
        tab: { id: 'what-if', needs: 12 },
        below: [routes, workers],
        beside: [findings],
        narrow: [findings],
      };
    default:
      return {
        ...rest,
        tab: { id: ui.tab, needs: all },
        beside: [findings],
        onTimeAxis: panelById(ui.tab)?.onTimeAxis === true,
      };
  }
}

/** Places the tab first, then as many of the others as fit. */
export function placeLists(whole: Rect, lists: Lists): PlacedList[] {
  const { columns } = whole;
  if (lists.onTimeAxis) return [{ id: lists.tab.id, rect: whole, titleRow: -1 }];
  if (columns < WIDE) return stack(whole, [lists.tab, ...lists.narrow], false);
  const beside = Math.floor(columns * BESIDE_SHARE);
  return [
    ...stack({ ...whole, columns: columns - beside - 1 }, [lists.tab, ...lists.below], false),
    ...stack({ ...whole, x: columns - beside + 1, columns: beside - 1 }, lists.beside, true),
  ];
}

/** Places lists below each other; the last one that fits gets the remaining rows. `isTitled`: the first one has a title too. */
function stack(column: Rect, wanted: readonly Wanted[], isTitled: boolean): PlacedList[] {
  const placed: PlacedList[] = [];
  const end = column.y + column.rows;
  let y = column.y;
  wanted.forEach(({ id, needs }, i) => {
    const room = end - y;
    const title = i > 0 || isTitled ? 1 : 0;
    if (i > 0 && room < LEAST_ROWS) return;
    const isLast = i === wanted.length - 1;
    const asked = Math.min(
      needs + title,
      isLast || needs < Number.POSITIVE_INFINITY ? room : Math.ceil(room * UPPER_SHARE),
    );
    const rows = isLast || room - asked < LEAST_ROWS ? room : asked;
    placed.push({ id, rect: { ...column, y: y + title, rows: rows - title }, titleRow: title > 0 ? y : -1 });
    y += rows;
  });
  return placed;
}
