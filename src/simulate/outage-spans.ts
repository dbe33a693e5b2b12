/** Spans of time in which every request that began took long, in whichever pool. */
import { integersAt } from '../core/columns.ts';
import type { Analysis } from '../core/finding.ts';
import type { Outages } from '../core/outages.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { findStampedes } from '../core/stampedes.ts';
import type { Trace } from './trace.ts';

/** A span in which something behind the application was slow. Instants in µs of the trace's clock. */
export interface OutageSpan {
  readonly from: number;
  /** The outage ended between `lastSlow`, the last start of a slow request, and `over`, the next start of any other. */
  readonly lastSlow: number;
  readonly over: number;
  /**
   * Entries of the trace that began in the span, in order of their starts: `byRoute` for each route that was slowed, `all` only if all
   * routes were (else null).
   */
  readonly all: Int32Array | null;
  readonly byRoute: ReadonlyMap<number, Int32Array>;
}

/** Requests of a route within an outage from which its slow service time is known. */
const ENOUGH = 3;

/** The outages in the trace's clock. Their slow requests get, in `ordinary`, service times of other requests of their route. */
export function outageSpans(
  found: Outages | null,
  analysis: Analysis,
  trace: Trace,
  entry: (position: number) => number,
  ordinary: Float64Array,
): OutageSpan[] {
  const rows = rowsOf(analysis);
  const isSlow = new Uint8Array(trace.length);
  const spans: OutageSpan[] = [];
  for (const { inside, slow } of found?.outages ?? []) {
    const begun = inside.map(entry).filter((at) => at >= 0);
    const slowed = slow.map(entry).filter((at) => at >= 0);
    if (slowed.length === 0) continue;
    for (const at of slowed) isSlow[at] = 1;
    const last = Math.max(...slowed);
    const slowRoutes = new Set(slow.map((position) => rows.route[position]));
    const groups = [...groupsOf(integersAt(trace.route, begun))].map(
      ([route, members]) => [route, integersAt(begun, members)] as const,
    );
    const judged = groups.filter(([, members]) => members.length >= ENOUGH);
    const byRoute = new Map(judged.filter(([route]) => slowRoutes.has(route)));
    spans.push({
      from: trace.start[slowed[0]],
      lastSlow: trace.start[last],
      over: last + 1 < trace.length ? trace.start[last + 1] : trace.start[last],
      all: found!.only === null && byRoute.size === judged.length ? Int32Array.from(begun) : null,
      byRoute,
    });
  }
  if (spans.length === 0) return spans;
  for (const members of groupsOf(trace.route).values()) {
    const others = members.filter((at) => isSlow[at] === 0);
    const slowed = members.filter((at) => isSlow[at] === 1);
    if (others.length === 0) continue;
    slowed.forEach((at, k) => {
      ordinary[at] = trace.service[others[Math.floor(((k + 0.5) * others.length) / slowed.length)]];
    });
  }
  return spans;
}

/**
 * A shared cached value expires at the same moment in any pool, and whoever asks before it is made again makes it too. In `ordinary` these
 * requests find it in the cache.
 */
export function stampedeSpans(
  analysis: Analysis,
  trace: Trace,
  entry: (position: number) => number,
  ordinary: Float64Array,
  outages: readonly OutageSpan[],
): OutageSpan[] {
  const found = findStampedes(analysis);
  // If each worker has its own copy, another number of workers makes it at other moments.
  if (!found || found.ofEachWorker || outages.length > 0) return [];
  return found.windows.flatMap(({ slow, from, to }) => {
    const begun = Int32Array.from(slow.map(entry).filter((at) => at >= 0));
    if (begun.length === 0) return [];
    for (const at of begun) ordinary[at] = found.usual;
    const until = trace.start[begun[0]] + (to - from);
    return [
      {
        from: trace.start[begun[0]],
        lastSlow: until,
        over: until,
        all: null,
        byRoute: new Map([[trace.route[begun[0]], begun]]),
      },
    ];
  });
}
