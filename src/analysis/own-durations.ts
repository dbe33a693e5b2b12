/**
 * Durations of the server's own requests, if those in the lines are something else. The log of a proxy in front was read as well, whose
 * response times include the wait, so one histogram of both would show neither. Or requests were killed, whose lines say a millisecond. Or
 * a proxy's times turned out to be service times.
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

/** µs: a request took this much longer than its line says only if it was killed. */
const KILLED = 1_000_000;

/** null: all durations of the log mean the same. The inference has already separated the server's lines from the proxy's. */
export function ownDurations(
  { streams, retained }: Partial,
  { route, duration, length }: RequestTable,
  { requests, service }: ServerInference,
): OwnDurations | null {
  const covers = new Set(streams.map(({ facts }) => facts.durationCovers).filter((kind) => kind !== null));
  const someKilled = service.method === 'inferred' && covers.has('service') && retained.complete;
  const timesAreWork = service.method === 'logged' && covers.has('response');
  if (covers.size < 2 && !someKilled && !timesAreWork) return null;
  const all = new DurationHistogram();
  const routes = new Map<number, DurationHistogram>();
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(requests.end[i]) || !(duration[i] >= 0)) continue;
    const took = requests.end[i] - requests.start[i];
    const micros = took > duration[i] + KILLED ? took : duration[i];
    all.add(micros);
    if (route[i] < 0) continue;
    const own = routes.get(route[i]) ?? new DurationHistogram();
    routes.set(route[i], own);
    own.add(micros);
  }
  return { all, routes };
}
