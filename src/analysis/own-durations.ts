/**
 * Durations of the server's own lines, where the log of a proxy in front of it was read as well: the proxy's are answer times
 * with the wait inside, and both in one histogram would be neither.
 */
import type { ServerInference } from '../core/inference.ts';
import type { RequestTable } from '../core/table.ts';
import { DurationHistogram } from './histogram.ts';
import type { Partial } from './partial.ts';

export interface OwnDurations {
  readonly all: DurationHistogram;
  /** By id of the route. */
  readonly routes: ReadonlyMap<number, DurationHistogram>;
}

/** null: all durations of the log mean the same. The inference has already told the server's lines from the proxy's. */
export function ownDurations(
  { streams }: Partial,
  { route, duration, length }: RequestTable,
  { requests }: ServerInference,
): OwnDurations | null {
  const covers = new Set(streams.map(({ facts }) => facts.durationCovers).filter((kind) => kind !== null));
  if (covers.size < 2) return null;
  const all = new DurationHistogram();
  const routes = new Map<number, DurationHistogram>();
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(requests.end[i]) || !(duration[i] >= 0)) continue;
    all.add(duration[i]);
    if (route[i] < 0) continue;
    const own = routes.get(route[i]) ?? new DurationHistogram();
    routes.set(route[i], own);
    own.add(duration[i]);
  }
  return { all, routes };
}
