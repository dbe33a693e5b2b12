/** The busiest routes, one row each. */
import { countText, durationText, percentText } from '../core/words.ts';
import { alignColumns, cutTo } from './columns.ts';
import type { TextReportInput } from './text.ts';

const MAX_ROUTES = 12;

const cell = (value: number | null, text: (value: number) => string): string => (value === null ? '-' : text(value));
const seconds = (value: number | null): string => cell(value, (s) => durationText(s * 1e6));

export function routesSection({ summary, width, paint }: TextReportInput): string[] {
  if (summary.routes.length === 0) return [];
  const shown = summary.routes.slice(0, MAX_ROUTES);
  const isOfProxy = shown.some(({ response_time }) => response_time);
  const table = alignColumns([
    ['Routes', 'requests', 'busy', 'errors', isOfProxy ? 'answered in p50' : 'p50', 'p95', 'p99'],
    ...shown.map(({ route, requests, busy_ratio, error_ratio, service_time: s, response_time }) => {
      const times = response_time ?? s;
      return [
        cutTo(route, Math.max(20, width - 60)),
        String(requests),
        cell(busy_ratio, percentText),
        cell(error_ratio, percentText),
        seconds(times.p50),
        times.p95 === null && s.high.p95 !== null ? `≤ ${seconds(s.high.p95)}` : seconds(times.p95),
        seconds(times.p99),
      ];
    }),
  ]);
  const hidden = summary.routes.length - shown.length;
  return [
    paint('title', table[0]),
    ...table.slice(1),
    ...(hidden > 0 ? [paint('dim', `… and ${countText(hidden, 'more route')}`)] : []),
  ];
}
