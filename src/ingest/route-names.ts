/** Limits the names of routes in memory: in a log with millions of URLs, most of them are soon needed by nobody. */
import type { Names } from '../core/batch.ts';
import type { Runtime } from './compile/runtime.ts';
import type { IngestSink } from './parser.ts';
import type { PlanSet } from './plan-set.ts';

/** At so many names, those that are not needed are dropped; the next time at twice as many as are left. */
const MANY_NAMES = 1 << 14;

export class RouteNames {
  readonly #names: Names;
  readonly #sink: IngestSink;
  readonly #runtime: Runtime;
  readonly #plans: PlanSet;
  #most = MANY_NAMES;

  constructor(names: Names, sink: IngestSink, runtime: Runtime, plans: PlanSet) {
    this.#names = names;
    this.#sink = sink;
    this.#runtime = runtime;
    this.#plans = plans;
  }

  /** Call between two lines. If rows are waiting for another line, they hold ids of routes: then nothing is dropped this time. */
  keepFew(): void {
    if (this.#names.routes.size < this.#most || !this.#sink.dropRoutes || this.#plans.waits) return;
    this.#plans.flush();
    if (this.#sink.dropRoutes()) this.#runtime.forgetRoutes();
    this.#most = Math.max(MANY_NAMES, 2 * this.#names.routes.size);
  }
}
