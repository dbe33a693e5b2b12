// The table of routes: what is only bounded is not told as if it were known.
import { describe, expect, it } from 'vitest';
import type { RouteSummary } from '../../../src/core/summary.ts';
import type { TextReportInput } from '../../../src/report/text.ts';
import { routesSection } from '../../../src/report/text-routes.ts';

const times = { mean: null, p50: null, p95: null, p99: null, max: null, high: { mean: 0.2, p95: 0.4 } };
const route: RouteSummary = { route: 'GET /a', requests: 9, error_ratio: 0, busy_ratio: 0.5, service_time: times };

function tableOf(routes: readonly RouteSummary[]): string[] {
  const paint = (_meaning: string, text: string) => text;
  // The table reads no more of it.
  return routesSection({ summary: { routes }, width: 100, paint } as unknown as TextReportInput);
}

describe('the table of routes', () => {
  it('marks a service time that is only known to be no longer', () => {
    expect(tableOf([route])[1]).toMatch(/ - +≤ 400 ms +-$/);
  });

  it('tells one that is known, also where it is bounded besides', () => {
    expect(tableOf([{ ...route, service_time: { ...times, p95: 0.3 } }])[1]).toMatch(/ - +300 ms +-$/);
  });

  it('of a proxy tells how long routes took to answer, which is no service time', () => {
    const answered = { mean: 0.5, p50: 0.4, p95: 0.9, p99: 1.2, max: 3 };
    const [title, row] = tableOf([{ ...route, response_time: answered }]);
    expect(title).toMatch(/ errors +answered in p50 +p95 +p99$/);
    expect(row).toMatch(/ 400 ms +900 ms +1\.2 s$/);
    expect(tableOf([route])[0]).not.toContain('answered');
  });

  it('says how many it leaves out', () => {
    const rows = tableOf(Array.from({ length: 14 }, (_, i) => ({ ...route, route: `GET /${i}` })));
    expect(rows).toHaveLength(1 + 12 + 1);
    expect(rows.at(-1)).toBe('… and 2 more routes');
  });
});
