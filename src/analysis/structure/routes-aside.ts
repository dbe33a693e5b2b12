/**
 * Routes that pass a queue inside the application by: async views beside plain `def` ones, which wait for threads; pages that ask no database,
 * beside those that wait for a connection. Everybody in the queue waits as long whatever his route, so the times of a route that stands in it grow
 * with the number in flight as fast as those of the others; those of a route that does not stand in it do not grow.
 */
import { groupsOf } from '../../core/rows.ts';
import { foundByEach, leastSquares } from './growth.ts';
import type { Trace } from './trace.ts';

/** Requests of a route from which it is asked. */
const FEWEST = 20;
/** Share of the growth of a route that surely queues that a route may show and still stand aside; standard errors by which both are sure. */
const HARDLY = 0.25;
const SURE = 3;

/** By the route: those whose times do not grow with the number in flight, where those of another do. */
export function routesAside(trace: Trace): ReadonlySet<number> {
  const found = foundByEach(trace, trace.end, trace.duration);
  const slopes = [...groupsOf(trace.route)]
    .filter(([, members]) => members.length >= FEWEST)
    .map(([route, members]) => ({ route, ...slopeOf(found, trace.duration, members) }));
  const surely = slopes.reduce((most, { slope, error }) => Math.max(most, slope - SURE * error), 0);
  const aside = slopes.filter(({ slope, error }) => slope + SURE * error < HARDLY * surely);
  return new Set(aside.map(({ route }) => route));
}

/** µs a request takes longer for each other that it found (least squares), and the standard error of that; Infinity: it does not tell. */
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
