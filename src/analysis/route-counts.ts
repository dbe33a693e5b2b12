/** Requests by route: of each while there are not too many, and beyond that all of them in a sketch. */
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
  /** By id of the route, while there are not too many of them. */
  readonly routes: RouteTotals[] = [];
  /** All that is known of routes when there are too many of them to list. */
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

  /** A request of this route that was counted failed after all. */
  fail(id: number): void {
    if (id < 0) return;
    if (this.sketch) this.sketch.add(this.names.routes.hash(id), methodOfId(this.names.routes, id), 0, 1, 0);
    else if (this.routes[id]) this.routes[id].errors++;
  }

  /** Names are capped where too many routes would be a burden: then there are never too many. */
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

  /** From totals of each route to a sketch of them all. */
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

  /** @param routeIds its ids of routes → ours */
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

  /** Sets the totals of a route (from another process). */
  set(id: number, totals: RouteTotals): void {
    if (this.routes[id] === undefined) this.#routeCount++;
    this.routes[id] = totals;
  }

  /** Ids of routes have changed. */
  renumber(routeIds: Int32Array): void {
    const totals = [...this.routes.entries()].filter(([, one]) => one !== undefined);
    this.routes.length = 0;
    for (const [id, one] of totals) this.routes[routeIds[id]] = one;
  }
}
