/**
 * What a stretch of a log contributes to the summary: counters, histograms, a timeline, the lives of workers, and the rows kept for
 * inference. `merge(right)` appends the stretch that follows. It is associative, and all sums are of whole µs, so the summary does not
 * depend on how the log was cut: one thread or eight, one chunk or a thousand, one file or its shards.
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

/** Rows kept whole for the inference, about 100 bytes each. A block is some hundred lines. */
const RETENTION: Retention = { all: KEPT_WHOLE, sample: 6_000, busiestBlocks: 20, blockBytes: 1 << 16 };
/** From this number on, unused route names are dropped when partials are joined; kept rows and the sample need far fewer. */
const MANY_ROUTES = 1 << 17;
export const MAX_STATUS = 1000;
/** Bytes: no answer is larger. Sums of sizes up to this are exact, in whatever order they are added. */
const LARGEST_SIZE = 2 ** 42;

export interface Stream {
  readonly facts: StreamFacts;
  requests: number;
  /** By worker id: whether lines of this kind name the worker. */
  readonly workers: boolean[];
}

export class Partial {
  readonly names: Names;
  readonly timeline = new Timeline();
  readonly routeCounts: RouteCounts;
  readonly sample = new RequestSample();
  /** By worker id. */
  readonly workers: Totals[] = [];
  readonly status = new Float64Array(MAX_STATUS);
  readonly streams: Stream[] = [];
  readonly lifecycle: LifecycleEvent[] = [];
  retained: RetainedRows;
  lifecycleCount = 0;
  requests = 0;
  bytes = 0;
  bytesKnown = 0;
  /** µs since 1970 UTC: the earliest start (or end, where starts are unknown) and the latest end (or start). */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly #normaliser = new BatchNormaliser();
  /** Buffer of dropRoutes, reused each time. */
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
    // One pass per subject: a small loop over few columns runs twice as fast as one loop over all of them.
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
      // NaN fails this comparison, too.
      if (size <= LARGEST_SIZE) {
        sum += size;
        known++;
      }
    }
    this.bytes += sum;
    this.bytesKnown += known;
  }

  /**
   * When requests ran: the timeline, and the first and the last instant. Lines come in order of time, so runs of them fall into one step.
   */
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

  /** A request whose end is unknown. */
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

  /** The callers of these rows, which were added before, got another status than the server wrote. */
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

  /** Drops the names of routes that no total and no kept row uses; ids of the others change. */
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

  /** Route ids have changed: `routeIds` maps old to new. */
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
   * Logs of different servers: a worker with the same name was at work in both at once (containers each count their processes from 1), or
   * both were written at once and have no worker in common. Parts of one server's log follow each other.
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

  /**
   * The server named in `than` whose log goes on here: they have workers in common, none of which was at work in both at once. null: there
   * is none.
   */
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

  /** When those workers were at work whose names contain no server. */
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
   * Joins the partial of the stretch that follows. `right` may use other names; its ids are translated. Its first input becomes input
   * number `sourceShift` (0: both are parts of the same input). `workerOn` renames its workers: those of another host are not the ones with
   * the same process id here.
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
  // If both share their names, names added here get ids after those that are translated.
  return new Int32Array(from.size).map((_, id) => (isSame ? id : to.add(rename(from.text(id)))));
}
