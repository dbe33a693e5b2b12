/** The routes in the time range: rate, quantiles, share of the busy time, errors and trend; sortable, enter filters by one. */
import { filterTerm } from '../../engine/filter.ts';
import type { RouteStats } from '../../engine/scope-stats.ts';
import { TREND_STEPS } from '../../engine/scope-tally.ts';
import { sparkline } from '../draw/chart.ts';
import { type Column, drawList, titleAt } from '../draw/list.ts';
import { shortCount, shortDuration, shortNumber, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';

type Key = (route: RouteStats) => number;

/** How many more of its requests came in the second half of the time range than in the first, as a share of all. */
function growth({ trend }: RouteStats): number {
  let later = 0;
  let all = 0;
  for (let step = 0; step < trend.length; step++) {
    later += step * 2 < trend.length ? -trend[step] : trend[step];
    all += trend[step];
  }
  return later / Math.max(1, all);
}

/** The value by which each column sorts, greatest first. The rate sorts like the requests. */
const keys: readonly [title: string, key: Key][] = [
  ['busy', ({ busyShare, requests }) => (Number.isFinite(busyShare) ? busyShare : requests)],
  ['requests', ({ requests }) => requests],
  ['p50', ({ service }) => service.p50],
  ['p95', ({ service }) => service.p95],
  ['p99', ({ service }) => service.p99],
  ['errors', ({ errors }) => errors],
  ['trend', growth],
];

export const routeSortCount = keys.length;

/** The routes in the order shown. */
function sortedRoutes({ scene, ui }: Pick<View, 'scene' | 'ui'>): RouteStats[] {
  const [, key] = keys[ui.sort.column % keys.length];
  const number = (route: RouteStats) => {
    const value = key(route);
    return Number.isFinite(value) ? value : -1;
  };
  const direction = ui.sort.ascending ? 1 : -1;
  return [...scene.stats().routes].sort(
    (a, b) => direction * (number(a) - number(b)) || b.requests - a.requests || a.route - b.route,
  );
}

function columnsOf({ snapshot, theme, glyphs }: View): Column<RouteStats>[] {
  return [
    { title: 'route', width: 0, align: 'left', text: ({ route }) => snapshot.names.routes.text(route) },
    {
      title: 'trend',
      width: TREND_STEPS,
      align: 'left',
      from: 88,
      text: ({ trend }) => sparkline(trend, glyphs),
      style: () => theme.styles.of(theme.colours.rate),
    },
    { title: 'req/s', width: 5, align: 'right', from: 70, text: ({ perSecond }) => shortNumber(perSecond) },
    { title: 'requests', width: 9, align: 'right', text: ({ requests }) => shortCount(requests) },
    { title: 'busy', width: 5, align: 'right', text: ({ busyShare }) => shortPercent(busyShare) },
    { title: 'p50', width: 6, align: 'right', text: ({ service }) => shortDuration(service.p50) },
    { title: 'p95', width: 6, align: 'right', text: ({ service }) => shortDuration(service.p95) },
    { title: 'p99', width: 6, align: 'right', from: 96, text: ({ service }) => shortDuration(service.p99) },
    {
      title: 'errors',
      width: 7,
      align: 'right',
      text: ({ errors }) => shortCount(errors),
      style: ({ errors }) => (errors > 0 ? theme.critical : theme.quiet),
    },
  ];
}

export default definePanel({
  id: 'routes',
  title: 'Routes',
  place: 'tab',
  count: (view) => view.scene.stats().routes.length,
  open(view, line) {
    const route = sortedRoutes(view)[line];
    if (!route) return null;
    const path = view.snapshot.names.routes.text(route.route).replace(/^[A-Z]+ /, '');
    const term = filterTerm('route', path);
    return term === null ? null : { type: 'filter', text: term };
  },
  pressTitle(view, cells, x) {
    const title = titleAt(columnsOf(view), cells, x);
    const column = keys.findIndex(([name]) => name === (title === 'req/s' ? 'requests' : title));
    if (column < 0) return null;
    // A second click reverses the order.
    return column === view.ui.sort.column % keys.length ? { type: 'sort-direction' } : { type: 'sort', column };
  },
  draw(view, canvas) {
    const { ui } = view;
    const columns = columnsOf(view);
    const [sortedBy] = keys[ui.sort.column % keys.length];
    const routes = sortedRoutes(view);
    drawList(view, canvas, {
      panel: 'routes',
      count: routes.length,
      line: (index) => routes[index],
      columns,
      sorted: { column: columns.findIndex(({ title }) => title === sortedBy), ascending: ui.sort.ascending },
      empty: 'No requests in this stretch of time.',
    });
  },
});
