/** Keeps the names of routes few: of a log with millions of URLs most are needed by nobody any more. */
import type { Names } from '../core/batch.ts';
import type { Runtime } from './compile/runtime.ts';
import type { IngestSink } from './parser.ts';
import type { PlanSet } from './plan-set.ts';

/** Of so many names it is asked which of them are needed; and again when there are twice as many as those. */
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

  /** Between two lines. Rows that wait for another line hold ids of routes: then the next time. */
  keepFew(): void {
    if (this.#names.routes.size < this.#most || !this.#sink.dropRoutes || this.#plans.waits) return;
    this.#plans.flush();
    if (this.#sink.dropRoutes()) this.#runtime.forgetRoutes();
    this.#most = Math.max(MANY_NAMES, 2 * this.#names.routes.size);
  }
}
