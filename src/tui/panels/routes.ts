/** The routes of the scope: rate, quantiles, share of the busy time, errors and trend; sortable, enter filters by one. */
import { type RouteStats, TREND_STEPS } from '../../engine/scope-stats.ts';
import { sparkline } from '../draw/chart.ts';
import { type Column, drawList } from '../draw/list.ts';
import { shortCount, shortDuration, shortNumber, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';

type Key = (route: RouteStats) => number | string;

/** What each column sorts by; greatest first, names from A. */
const keys: readonly [title: string, key: Key][] = [
  ['busy', ({ busyShare, requests }) => (Number.isFinite(busyShare) ? busyShare : requests)],
  ['requests', ({ requests }) => requests],
  ['p50', ({ service }) => service.p50],
  ['p95', ({ service }) => service.p95],
  ['p99', ({ service }) => service.p99],
  ['errors', ({ errors }) => errors],
];

export const routeSortCount = keys.length;

/** The routes in the order in which the panel shows them. */
export function sortedRoutes({ scene, ui }: Pick<View, 'scene' | 'ui'>): RouteStats[] {
  const [, key] = keys[ui.sort.column % keys.length];
  const number = (route: RouteStats) => {
    const value = key(route);
    return typeof value === 'number' && Number.isFinite(value) ? value : -1;
  };
  const direction = ui.sort.ascending ? 1 : -1;
  return [...scene.stats().routes].sort(
    (a, b) => direction * (number(a) - number(b)) || b.requests - a.requests || a.route - b.route,
  );
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
    return /\s/.test(path) ? null : { type: 'filter', text: `route:${path}` };
  },
  draw(view, canvas) {
    const { snapshot, theme, glyphs, ui } = view;
    const columns: Column<RouteStats>[] = [
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
      { title: 'requests', width: 8, align: 'right', text: ({ requests }) => shortCount(requests) },
      { title: 'busy', width: 5, align: 'right', text: ({ busyShare }) => shortPercent(busyShare) },
      { title: 'p50', width: 6, align: 'right', text: ({ service }) => shortDuration(service.p50) },
      { title: 'p95', width: 6, align: 'right', text: ({ service }) => shortDuration(service.p95) },
      { title: 'p99', width: 6, align: 'right', from: 96, text: ({ service }) => shortDuration(service.p99) },
      {
        title: 'errors',
        width: 6,
        align: 'right',
        text: ({ errors }) => shortCount(errors),
        style: ({ errors }) => (errors > 0 ? theme.critical : theme.quiet),
      },
    ];
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
