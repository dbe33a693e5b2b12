/**
 * What a stretch of log contributes to the summary: counters, histograms, a timeline, the lives of workers and the rows
 * kept for inference. `merge(right)` joins the neighbour that follows; it is associative, and every sum is of whole µs,
 * so the summary does not depend on how the log was cut: one thread or eight, one chunk or a thousand, one file or its shards.
 */
import { type Names, type RequestBatch, type StreamFacts, sameFacts } from '../core/batch.ts';
import { type LifecycleEvent, MOST_LIFECYCLE_EVENTS } from '../core/lifecycle.ts';
import { createNames } from '../core/names.ts';
import { BatchNormaliser, instantOf, type RequestTable } from '../core/table.ts';
import { serverOfWorker, type WorkerSpan, wereAtOnce, workerOn } from './join-input.ts';
import { RequestSample } from './request-sample.ts';
import { KEPT_WHOLE, RetainedRows, type Retention } from './retained-rows.ts';
import { RouteCounts } from './route-counts.ts';
import { Timeline } from './timeline.ts';
import { FIRST_ERROR, Totals } from './totals.ts';

/** Rows kept whole for the inference; about 100 bytes each. A block is of some hundred lines. */
const RETENTION: Retention = { all: KEPT_WHOLE, sample: 6_000, busiestBlocks: 20, blockBytes: 1 << 16 };
/** Names of routes kept while partials are joined; kept rows and the sample have fewer. */
const MANY_ROUTES = 1 << 17;
export const MAX_STATUS = 1000;
/** Bytes: no answer is larger, and sums of such are exact in any order. */
const LARGEST_SIZE = 2 ** 42;

export interface Stream {
  readonly facts: StreamFacts;
  requests: number;
  /** By id of the worker: lines of this kind name it. */
  readonly workers: boolean[];
}

export class Partial {
  readonly names: Names;
  readonly timeline = new Timeline();
  readonly routeCounts: RouteCounts;
  readonly sample = new RequestSample();
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
  /** Used again each time names of routes are forgotten. */
  #neededRoutes = new Uint8Array(0);

  constructor(names: Names = createNames(), retention = RETENTION) {
    this.names = names;
    this.routeCounts = new RouteCounts(names);
    this.retained = new RetainedRows(retention);
  }

  /** Adds the rows of a batch; the batch may be reused afterwards. */
  batch(batch: RequestBatch): void {
    if (batch.length > 0) this.rows(this.#normaliser.rowsOf(batch), batch.facts);
  }

  rows(rows: RequestTable, facts: StreamFacts): void {
    const stream = this.#streamOf(facts);
    stream.requests += rows.length;
    this.requests += rows.length;
    // A pass per subject: each is a small loop over few columns, which runs twice as fast as one loop over all.
    this.#countAnswers(rows);
    this.#place(rows, facts.durationCovers === 'service');
    this.routeCounts.add(rows);
    this.#countByWorker(rows, stream.workers);
    this.retained.add(rows, this.streams.indexOf(stream));
    this.sample.add(rows);
  }

  #countAnswers({ status, bytes, length }: RequestTable): void {
    let sum = 0;
    let known = 0;
    for (let i = 0; i < length; i++) {
      const code = status[i];
      this.status[code < MAX_STATUS ? code : 0]++;
      const size = bytes[i];
      // Not NaN either.
      if (size <= LARGEST_SIZE) {
        sum += size;
        known++;
      }
    }
    this.bytes += sum;
    this.bytesKnown += known;
  }

  /** When requests ran: the timeline, the first and the last instant. Lines come in the order of time: many end in the same step. */
  #place(rows: RequestTable, busyIsService: boolean): void {
    const { start, end, status, length } = rows;
    const { timeline } = this;
    for (let from = 0; from < length; ) {
      if (end[from] !== end[from]) {
        this.#placeStart(start[from], status[from]);
        from++;
        continue;
      }
      const to = timeline.countRun(end, status, from, length);
      if (busyIsService) timeline.busyRun(rows, from, to);
      this.#span(start, end, from, to);
      from = to;
    }
  }

  /** A request whose end is not known. */
  #placeStart(start: number, status: number): void {
    if (start !== start) return;
    this.timeline.count(start, status >= FIRST_ERROR);
    if (start < this.first) this.first = start;
    if (start > this.last) this.last = start;
  }

  #span(start: Float64Array, end: Float64Array, from: number, to: number): void {
    let { first, last } = this;
    for (let i = from; i < to; i++) {
      const started = start[i] === start[i] ? start[i] : end[i];
      if (started < first) first = started;
      if (end[i] > last) last = end[i];
    }
    this.first = first;
    this.last = last;
  }

  /** Callers of these rows, which were added before, got another status than the server wrote. */
  answeredAs(rows: RequestTable, answers: readonly { readonly row: number; readonly status: number }[]): void {
    for (const { row, status } of answers) {
      const before = rows.status[row];
      this.status[before < MAX_STATUS ? before : 0]--;
      this.status[status < MAX_STATUS ? status : 0]++;
      rows.status[row] = status;
      if (before >= FIRST_ERROR || status < FIRST_ERROR) continue;
      this.timeline.fail(instantOf(rows, row));
      this.routeCounts.fail(rows.route[row]);
    }
  }

  /** Forgets the names of routes that no total and no kept row has; ids change. */
  dropRoutes(): void {
    const { routes } = this.names;
    if (this.#neededRoutes.length < routes.size) this.#neededRoutes = new Uint8Array(2 * routes.size);
    const needed = this.#neededRoutes.fill(0);
    const need = (id: number) => {
      if (id >= 0) needed[id] = 1;
    };
    this.retained.forEachRoute(need);
    this.sample.forEachRoute(need);
    for (const id of Object.keys(this.routeCounts.routes)) need(Number(id));
    this.renumberRoutes(routes.keepOnly(needed));
  }

  /** Ids of routes have changed. */
  renumberRoutes(routeIds: Int32Array): void {
    this.retained.renumberRoutes(routeIds);
    this.sample.renumber(routeIds);
    this.routeCounts.renumber(routeIds);
  }

  #streamOf(facts: StreamFacts): Stream {
    const known = this.streams.find((stream) => sameFacts(stream.facts, facts));
    if (known) return known;
    const stream = { facts, requests: 0, workers: [] };
    this.streams.push(stream);
    return stream;
  }

  #countByWorker({ start, end, duration, worker, status, length }: RequestTable, named: boolean[]): void {
    for (let i = 0; i < length; i++) {
      const id = worker[i];
      if (id < 0) continue;
      const life = (this.workers[id] ??= new Totals());
      named[id] = true;
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

  /**
   * A worker of one name was at work in both at once (containers count their processes from 1 each), or both were written at once
   * and no worker is in both: they are logs of different servers. Parts of one server's log follow each other.
   */
  isOfAnotherServer(than: Partial): boolean {
    let inCommon = 0;
    const isTwo = this.workers.some((mine, id) => {
      const theirs = than.workers[than.names.workers.find(this.names.workers.text(id))];
      if (theirs === undefined) return false;
      inCommon++;
      return wereAtOnce(mine, theirs);
    });
    return isTwo || (inCommon === 0 && wereAtOnce(this.#spanOfUnnamed(), than.#spanOfUnnamed()));
  }

  /** The server with a name of its own in `than` whose log goes on here: it has workers in common, and none was at work in both at once. */
  serverContinued(than: Partial): string | null {
    const servers = new Set<string>();
    than.workers.forEach((_, id) => {
      servers.add(serverOfWorker(than.names.workers.text(id)));
    });
    servers.delete('');
    for (const server of servers) {
      const common = this.workers.flatMap((mine, id) => {
        const theirs = than.workers[than.names.workers.find(workerOn(server, this.names.workers.text(id)))];
        return theirs === undefined ? [] : [wereAtOnce(mine, theirs)];
      });
      if (common.length > 0 && !common.includes(true)) return server;
    }
    return null;
  }

  /** When the workers were at work whose names tell no server. */
  #spanOfUnnamed(): WorkerSpan {
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    this.workers.forEach((worker, id) => {
      if (serverOfWorker(this.names.workers.text(id)) !== '') return;
      first = Math.min(first, worker.first);
      last = Math.max(last, worker.last);
    });
    return { first, last };
  }

  event(event: LifecycleEvent): void {
    this.lifecycleCount++;
    if (this.lifecycle.length < MOST_LIFECYCLE_EVENTS) this.lifecycle.push(event);
  }

  /**
   * Joins the partial of the stretch that follows. `right` may use other names; its ids are translated. Its first input
   * becomes input number `sourceShift` (0: both are parts of the same input). `workerOn` names its workers: those of another
   * host are others than those of the same process id here.
   */
  merge(right: Partial, sourceShift = 0, workerOn: (worker: string) => string = asItIs): void {
    const routeIds = translate(right.names.routes, this.names.routes);
    const workerIds = translate(right.names.workers, this.names.workers, workerOn);
    const threadIds = translate(right.names.threads, this.names.threads);
    this.timeline.merge(right.timeline.view());
    this.routeCounts.merge(right.routeCounts, routeIds);
    this.sample.merge(right.sample.state(), routeIds, sourceShift);
    right.workers.forEach((totals, id) => {
      (this.workers[workerIds[id]] ??= new Totals()).merge(totals);
    });
    for (let code = 0; code < MAX_STATUS; code++) this.status[code] += right.status[code];
    const streams: number[] = [];
    for (const stream of right.streams) {
      const mine = this.#streamOf(stream.facts);
      streams.push(this.streams.indexOf(mine));
      mine.requests += stream.requests;
      stream.workers.forEach((_, id) => {
        mine.workers[workerIds[id]] = true;
      });
    }
    for (const event of right.lifecycle) {
      if (this.lifecycle.length < MOST_LIFECYCLE_EVENTS) {
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
    this.retained.merge(right.retained, { workerIds, threadIds, routeIds, streams, sourceShift });
    if (this.names.routes.size >= MANY_ROUTES) this.dropRoutes();
  }
}

const asItIs = (text: string): string => text;

/** Id in `from` → id in `to`. */
function translate(from: Names['routes'], to: Names['routes'], rename = asItIs): Int32Array {
  const isSame = from === to && rename === asItIs;
  // Where both share their names, those that are added here come after those that are translated.
  return new Int32Array(from.size).map((_, id) => (isSame ? id : to.add(rename(from.text(id)))));
}
