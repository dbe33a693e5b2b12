/**
 * What a stretch of log contributes to the summary: counters, histograms, a timeline, the lives of workers and the rows
 * kept for inference. `merge(right)` joins the neighbour that follows; it is associative, and every sum is of whole µs,
 * so the summary does not depend on how the log was cut: one thread or eight, one chunk or a thousand, one file or its shards.
 */
import type { Names, RequestBatch, StreamFacts } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { createNames, MOST_ROUTES } from '../core/names.ts';
import { BatchNormaliser, type RequestTable } from '../core/table.ts';
import { DurationHistogram } from './histogram.ts';
import { RequestSample } from './request-sample.ts';
import { RetainedRows, type Retention } from './retained-rows.ts';
import { methodOf, RouteSketch } from './route-sketch.ts';
import { Timeline } from './timeline.ts';

/** Rows kept whole for the inference; about 100 bytes each. */
export const RETENTION: Retention = { all: 40_000, sample: 10_000 };
/** Lifecycle events kept; a server that restarts in a loop writes more, and the count goes on. */
const MAX_LIFECYCLE = 20_000;
/** Names of routes kept while partials are joined; kept rows and the sample have fewer. */
const MANY_ROUTES = 1 << 17;
export const MAX_STATUS = 1000;
const FIRST_ERROR = 500;

/** Totals of one worker or one route. */
export class Totals {
  requests = 0;
  /** Answers with a 5xx status. */
  errors = 0;
  /** µs of logged durations */
  busyMicros = 0;
  /** µs since 1970 UTC of the first start and the last end. */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  merge(other: Totals): void {
    this.requests += other.requests;
    this.errors += other.errors;
    this.busyMicros += other.busyMicros;
    if (other.first < this.first) this.first = other.first;
    if (other.last > this.last) this.last = other.last;
  }
}

export type RouteTotals = Totals & { durations?: DurationHistogram };

export interface Stream {
  readonly facts: StreamFacts;
  requests: number;
}

export class Partial {
  readonly names: Names;
  readonly timeline = new Timeline();
  /** Durations of requests without a route: garbage on the port. */
  unrouted = new DurationHistogram();
  /** By id of the route, while there are not too many of them. */
  readonly routes: RouteTotals[] = [];
  /** All that is known of routes when there are too many of them to list. */
  sketch: RouteSketch | null = null;
  readonly sample = new RequestSample();
  #routeCount = 0;
  /** By id of the route. */
  #routeMethods: number[] = [];
  /** By id of the worker. */
  readonly workers: Totals[] = [];
  readonly status = new Float64Array(MAX_STATUS);
  readonly streams: Stream[] = [];
  readonly lifecycle: LifecycleEvent[] = [];
  retained: RetainedRows;
  lifecycleCount = 0;
  requests = 0;
  bytes = 0;
  bytesKnown = 0;
  /** µs since 1970 UTC: the first start (or end, where starts are unknown) and the last end (or start). */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly #normaliser = new BatchNormaliser();

  constructor(names: Names = createNames(), retention = RETENTION) {
    this.names = names;
    this.retained = new RetainedRows(retention);
  }

  /** Durations of all requests. */
  durations(): DurationHistogram {
    const all = new DurationHistogram();
    all.merge(this.unrouted);
    if (this.sketch) all.merge(this.sketch.durations);
    else for (const totals of this.routes) if (totals?.durations) all.merge(totals.durations);
    return all;
  }

  /** Adds the rows of a batch; the batch may be reused afterwards. */
  batch(batch: RequestBatch): void {
    if (batch.length > 0) this.rows(this.#normaliser.rowsOf(batch), batch.facts);
  }

  rows(rows: RequestTable, facts: StreamFacts): void {
    const stream = this.streams.find((known) => sameFacts(known.facts, facts));
    if (stream) stream.requests += rows.length;
    else this.streams.push({ facts, requests: rows.length });
    this.requests += rows.length;
    // A pass per subject: each is a small loop over few columns, which runs twice as fast as one loop over all.
    this.#countAnswers(rows);
    this.#place(rows, facts.durationCovers === 'service');
    this.#countByRoute(rows);
    this.#countByWorker(rows);
    this.retained.add(rows);
    this.sample.add(rows);
  }

  #countAnswers({ status, bytes, length }: RequestTable): void {
    let sum = 0;
    let known = 0;
    for (let i = 0; i < length; i++) {
      const code = status[i];
      this.status[code < MAX_STATUS ? code : 0]++;
      const size = bytes[i];
      if (size === size) {
        sum += size;
        known++;
      }
    }
    this.bytes += sum;
    this.bytesKnown += known;
  }

  /** When requests ran: the timeline, the first and the last instant. */
  #place({ start, end, duration, status, length }: RequestTable, busyIsService: boolean): void {
    const { timeline } = this;
    let { first, last } = this;
    for (let i = 0; i < length; i++) {
      const ended = end[i];
      const started = start[i];
      const instant = ended === ended ? ended : started;
      if (instant !== instant) continue;
      timeline.count(instant, status[i] >= FIRST_ERROR);
      const from = started === started ? started : instant;
      if (from < first) first = from;
      if (instant > last) last = instant;
      if (busyIsService && duration[i] > 0) timeline.busy(started, ended);
    }
    this.first = first;
    this.last = last;
  }

  #countByRoute(rows: RequestTable): void {
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
    if (this.#hasTooManyRoutes) this.foldRoutes();
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
      sketch.add(routes.hash(id), this.#methodOf(id), 1, status[i] >= FIRST_ERROR ? 1 : 0, busy);
      sketch.durations.add(micros);
    }
  }

  /** Index in METHODS of the method of a route. */
  #methodOf(id: number): number {
    const known = this.#routeMethods[id];
    if (known !== undefined) return known;
    const method = methodOf(this.names.routes.text(id));
    this.#routeMethods[id] = method;
    return method;
  }

  /** From totals of each route to a sketch of them all. */
  foldRoutes(): RouteSketch {
    if (this.sketch) return this.sketch;
    const sketch = new RouteSketch();
    this.sketch = sketch;
    this.routes.forEach((totals, id) => this.#sketchTotals(totals, id, sketch));
    this.routes.length = 0;
    this.#routeCount = 0;
    return sketch;
  }

  #sketchTotals({ requests, errors, busyMicros, durations }: RouteTotals, id: number, sketch: RouteSketch): void {
    sketch.add(this.names.routes.hash(id), this.#methodOf(id), requests, errors, busyMicros);
    if (durations) sketch.durations.merge(durations);
  }

  /** Forgets the names of routes that no total and no kept row has; ids change. */
  dropRoutes(): void {
    const { routes } = this.names;
    const needed = new Uint8Array(routes.size);
    const need = (id: number) => {
      if (id >= 0) needed[id] = 1;
    };
    this.retained.forEachRoute(need);
    this.sample.state().route.forEach(need);
    this.routes.forEach((_, id) => need(id));
    const texts = Array.from(needed, (isNeeded, id) => (isNeeded ? routes.text(id) : null));
    routes.clear();
    this.renumberRoutes(Int32Array.from(texts, (text) => (text === null ? -1 : routes.add(text))));
  }

  /** Ids of routes have changed. */
  renumberRoutes(routeIds: Int32Array): void {
    this.retained.renumberRoutes(routeIds);
    this.sample.renumber(routeIds);
    const totals = [...this.routes.entries()].filter(([, one]) => one !== undefined);
    this.routes.length = 0;
    for (const [id, one] of totals) this.routes[routeIds[id]] = one;
    this.#routeMethods = [];
  }

  #countByWorker({ start, end, duration, worker, status, length }: RequestTable): void {
    for (let i = 0; i < length; i++) {
      const id = worker[i];
      if (id < 0) continue;
      const life = (this.workers[id] ??= new Totals());
      const ended = end[i];
      const started = start[i];
      const instant = ended === ended ? ended : started;
      life.requests++;
      if (status[i] >= FIRST_ERROR) life.errors++;
      if (duration[i] > 0) life.busyMicros += duration[i];
      if (instant < life.first) life.first = instant;
      if (started < life.first) life.first = started;
      if (instant > life.last) life.last = instant;
    }
  }

  #mergeRoutes(right: Partial, routeIds: Int32Array): void {
    const sketch = right.sketch ? this.foldRoutes() : this.sketch;
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
    if (this.#hasTooManyRoutes) this.foldRoutes();
  }

  /** Sets the totals of a route (from another process). */
  setRoute(id: number, totals: RouteTotals): void {
    if (this.routes[id] === undefined) this.#routeCount++;
    this.routes[id] = totals;
  }

  event(event: LifecycleEvent): void {
    this.lifecycleCount++;
    if (this.lifecycle.length < MAX_LIFECYCLE) this.lifecycle.push(event);
  }

  /**
   * Joins the partial of the stretch that follows. `right` may use other names; its ids are translated. Its first input
   * becomes input number `sourceShift` (0: both are parts of the same input). Workers of a named `host` are others than those
   * of the same process id elsewhere.
   */
  merge(right: Partial, sourceShift = 0, host: string | null = null): void {
    const workerOn = (worker: string) => (host === null ? worker : `${host}/${worker}`);
    const routeIds = translate(right.names.routes, this.names.routes);
    const workerIds = translate(right.names.workers, this.names.workers, workerOn);
    const threadIds = translate(right.names.threads, this.names.threads);
    this.timeline.merge(right.timeline.view());
    this.unrouted.merge(right.unrouted);
    this.#mergeRoutes(right, routeIds);
    this.sample.merge(right.sample.state(), routeIds, sourceShift);
    right.workers.forEach((totals, id) => {
      (this.workers[workerIds[id]] ??= new Totals()).merge(totals);
    });
    for (let code = 0; code < MAX_STATUS; code++) this.status[code] += right.status[code];
    for (const stream of right.streams) {
      const mine = this.streams.find((known) => sameFacts(known.facts, stream.facts));
      if (mine) mine.requests += stream.requests;
      else this.streams.push({ ...stream });
    }
    for (const event of right.lifecycle) {
      if (this.lifecycle.length < MAX_LIFECYCLE) {
        const worker = event.worker === null ? null : workerOn(event.worker);
        this.lifecycle.push({ ...event, worker, source: event.source + sourceShift });
      }
    }
    this.lifecycleCount += right.lifecycleCount;
    this.requests += right.requests;
    this.bytes += right.bytes;
    this.bytesKnown += right.bytesKnown;
    this.first = Math.min(this.first, right.first);
    this.last = Math.max(this.last, right.last);
    this.retained.merge(right.retained, { workerIds, threadIds, routeIds, sourceShift });
    if (this.names.routes.size >= MANY_ROUTES) this.dropRoutes();
  }
}

/** Id in `from` → id in `to`. */
function translate(
  from: Names['routes'],
  to: Names['routes'],
  rename: (text: string) => string = (text) => text,
): Int32Array {
  const ids = new Int32Array(from.size);
  for (let id = 0; id < from.size; id++) ids[id] = from === to ? id : to.add(rename(from.text(id)));
  return ids;
}

function sameFacts(a: StreamFacts, b: StreamFacts): boolean {
  return (
    a === b ||
    (a.format === b.format &&
      a.envelope === b.envelope &&
      a.stampMeaning === b.stampMeaning &&
      a.resolutionMicros === b.resolutionMicros &&
      a.zone === b.zone &&
      a.durationCovers === b.durationCovers &&
      (Object.keys(a.fields) as (keyof StreamFacts['fields'])[]).every((name) => a.fields[name] === b.fields[name]))
  );
}

/** A partial over rows that are in memory already (the window of a live view). */
export function partialOfRows(rows: RequestTable, facts: StreamFacts, names: Names): Partial {
  const partial = new Partial(names);
  partial.rows(rows, facts);
  return partial;
}
