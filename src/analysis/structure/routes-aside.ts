/**
 * Routes that bypass a queue inside the application: async views beside plain `def` ones, which wait for threads; pages that need no
 * database, beside those that wait for a connection. All requests in the queue wait equally long, whatever their route. So the times of
 * every route that queues grow with the number in flight at the same rate, while those of a route that does not queue do not grow.
 */
import { groupsOf } from '../../core/rows.ts';
import { foundByEach, leastSquares } from './growth.ts';
import type { Trace } from './trace.ts';

/** Fewest requests of a route whose growth is estimated. */
const FEWEST = 20;
/**
 * A route stands aside if its times grow by less than this share of the growth of a route that surely queues; both allow for SURE standard
 * errors.
 */
const HARDLY = 0.25;
const SURE = 3;

/** Ids of the routes whose times do not grow with the number in flight, while those of another route do. */
export function routesAside(trace: Trace): ReadonlySet<number> {
  const found = foundByEach(trace, trace.end, trace.duration);
  const slopes = [...groupsOf(trace.route)]
    .filter(([, members]) => members.length >= FEWEST)
    .map(([route, members]) => ({ route, ...slopeOf(found, trace.duration, members) }));
  const surely = slopes.reduce((most, { slope, error }) => Math.max(most, slope - SURE * error), 0);
  const aside = slopes.filter(({ slope, error }) => slope + SURE * error < HARDLY * surely);
  return new Set(aside.map(({ route }) => route));
}

/**
 * Slope of least squares: µs that a request takes longer for each other one that it found, and its standard error. Infinity: it does not
 * show.
 */
function slopeOf(found: Float64Array, duration: Float64Array, members: readonly number[]) {
  const n = members.length;
  const meanOf = (values: Float64Array) => members.reduce((sum, i) => sum + values[i], 0) / n;
  const [beside, mean] = [meanOf(found), meanOf(duration)];
  let [xx, xy, yy] = [0, 0, 0];
  for (const i of members) {
    const [x, y] = [found[i] - beside, duration[i] - mean];
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  return xx === 0 ? { slope: 0, error: Number.POSITIVE_INFINITY } : leastSquares(xx, xy, yy, n - 2);
}
