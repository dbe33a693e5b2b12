/** Requests by route: per route while there are not too many routes, else all in a sketch. */
import type { Names } from '../core/batch.ts';
import { MOST_ROUTES } from '../core/names.ts';
import type { RequestTable } from '../core/table.ts';
import { DurationHistogram } from './histogram.ts';
import { methodOfId, RouteSketch } from './route-sketch.ts';
import { FIRST_ERROR, type RouteTotals, Totals } from './totals.ts';

export class RouteCounts {
  readonly names: Names;
  /** Durations of requests without a route: garbage on the port. */
  unrouted = new DurationHistogram();
  /** By route id, while there are not too many routes. */
  readonly routes: RouteTotals[] = [];
  /** Replaces `routes` once there are too many routes to list; null: not yet. */
  sketch: RouteSketch | null = null;
  #routeCount = 0;

  constructor(names: Names) {
    this.names = names;
  }

  /** Durations of all requests. */
  durations(): DurationHistogram {
    const all = new DurationHistogram();
    all.merge(this.unrouted);
    if (this.sketch) all.merge(this.sketch.durations);
    else for (const totals of this.routes) if (totals?.durations) all.merge(totals.durations);
    return all;
  }

  /** Counts the requests of a table by their routes. */
  add(rows: RequestTable): void {
    const { duration, route, status, length } = rows;
    if (this.sketch) {
      this.#sketchRoutes(rows, this.sketch);
      return;
    }
    for (let i = 0; i < length; i++) {
      const id = route[i];
      const micros = duration[i];
      if (id < 0) {
        this.unrouted.add(micros);
        continue;
      }
      let totals = this.routes[id];
      if (totals === undefined) {
        totals = new Totals();
        this.routes[id] = totals;
        this.#routeCount++;
      }
      totals.requests++;
      if (status[i] >= FIRST_ERROR) totals.errors++;
      if (micros !== micros) continue;
      (totals.durations ??= new DurationHistogram()).add(micros);
      if (micros > 0) totals.busyMicros += micros;
    }
    if (this.#hasTooManyRoutes) this.fold();
  }

  /** A counted request of this route has turned out to be an error. */
  fail(id: number): void {
    if (id < 0) return;
    if (this.sketch) this.sketch.add(this.names.routes.hash(id), methodOfId(this.names.routes, id), 0, 1, 0);
    else if (this.routes[id]) this.routes[id].errors++;
  }

  /** Names are capped where many routes would be a burden, so there are then never too many. */
  get #hasTooManyRoutes(): boolean {
    return this.#routeCount > MOST_ROUTES && this.names.mostRoutes > MOST_ROUTES;
  }

  #sketchRoutes({ duration, route, status, length }: RequestTable, sketch: RouteSketch): void {
    const { routes } = this.names;
    for (let i = 0; i < length; i++) {
      const id = route[i];
      const micros = duration[i];
      if (id < 0) {
        this.unrouted.add(micros);
        continue;
      }
      const busy = micros > 0 ? micros : 0;
      sketch.add(routes.hash(id), methodOfId(routes, id), 1, status[i] >= FIRST_ERROR ? 1 : 0, busy);
      sketch.durations.add(micros);
    }
  }

  /** Moves the totals of all routes into a sketch. */
  fold(): RouteSketch {
    if (this.sketch) return this.sketch;
    const sketch = new RouteSketch();
    this.sketch = sketch;
    this.routes.forEach((totals, id) => {
      this.#sketchTotals(totals, id, sketch);
    });
    this.routes.length = 0;
    this.#routeCount = 0;
    return sketch;
  }

  #sketchTotals({ requests, errors, busyMicros, durations }: RouteTotals, id: number, sketch: RouteSketch): void {
    sketch.add(this.names.routes.hash(id), methodOfId(this.names.routes, id), requests, errors, busyMicros);
    if (durations) sketch.durations.merge(durations);
  }

  /** @param routeIds maps the route ids of `right` to ours */
  merge(right: RouteCounts, routeIds: Int32Array): void {
    this.unrouted.merge(right.unrouted);
    const sketch = right.sketch ? this.fold() : this.sketch;
    if (right.sketch) sketch?.merge(right.sketch.state());
    right.routes.forEach((totals, rightId) => {
      const id = routeIds[rightId];
      if (sketch) {
        this.#sketchTotals(totals, id, sketch);
        return;
      }
      if (this.routes[id] === undefined) this.#routeCount++;
      const mine = (this.routes[id] ??= new Totals());
      mine.merge(totals);
      if (totals.durations) (mine.durations ??= new DurationHistogram()).merge(totals.durations);
    });
    if (this.#hasTooManyRoutes) this.fold();
  }

  /** Sets the totals of a route, from another process. */
  set(id: number, totals: RouteTotals): void {
    if (this.routes[id] === undefined) this.#routeCount++;
    this.routes[id] = totals;
  }

  /** Route ids have changed: `routeIds` maps old to new. */
  renumber(routeIds: Int32Array): void {
    const totals = [...this.routes.entries()].filter(([, one]) => one !== undefined);
    this.routes.length = 0;
    for (const [id, one] of totals) this.routes[routeIds[id]] = one;
  }
}
