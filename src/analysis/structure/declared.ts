/**
 * What a server says about itself: the format of its lines, and the lines in which it names its worker class, its workers and its threads.
 * This is stronger evidence than anything inferred from when requests ran.
 */
import type { StreamFacts } from '../../core/batch.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { Estimate, ServerModel } from '../../core/summary.ts';
import { countText, listText } from '../../core/words.ts';
import {
  atLeast,
  exactly,
  type LimitMet,
  type Structure,
  slotsOfAll,
  unboundedStructure,
  unknownStructure,
} from './structure.ts';

export interface Declared {
  /** Id of the format of most lines. */
  readonly format: string;
  readonly model: ServerModel | null;
  readonly confidence: number;
  readonly method: string;
  /** Requests one worker runs at once; null: not said. */
  readonly threads: number | null;
  /** Workers alive at once for the longest time, by the server's messages about boots and ends; null: it has none. */
  readonly workers: number | null;
  /** Workers that the server says it started, restarts included; 0 where it says nothing. */
  readonly boots: number;
  /** What the server says when it turns requests away at a limit of its own, and how often; null: it never does. */
  readonly refusals: string | null;
  /** The formats of the lines belong to servers of different kinds. */
  readonly isSeveral: boolean;
  /** What the durations of most lines cover. */
  readonly durationCovers: 'service' | 'response' | null;
  /** The lines look like those of servers that run a fixed pool unless they are told otherwise. */
  readonly usuallyPool: boolean;
}

/** Formats that only one kind of server writes, and how it runs requests. */
const byFormat: readonly [pattern: RegExp, model: ServerModel, words: string, confidence?: number][] = [
  [/^(uvicorn|hypercorn|daphne|aiohttp|sanic|tornado)/, 'async', 'an event loop in each worker'],
  // `flask run`, app.run (from Flask 1.0 on) and http.server start threads; run_simple and make_server do so only if asked to.
  [
    /^werkzeug/,
    'thread-per-request',
    'a development server: one thread per request, as Flask starts it; run_simple alone runs one request at a time',
    0.55,
  ],
  [
    /^django/,
    'thread-per-request',
    'a development server: one thread per request, unless it was started with --nothreading',
    0.55,
  ],
  [/^(waitress|cherrypy)/, 'threaded', 'one process with a fixed pool of threads'],
];

/** gunicorn's worker classes (`Using worker: …`) and what other servers say about themselves, with the kind that each means. */
const byWorkerClass: readonly [pattern: RegExp, model: ServerModel][] = [
  [/loop engine$|MODE: async$|uvicorn|asgi|gevent|eventlet|tornado|aiohttp|meinheld/i, 'async'],
  [/^(gunicorn\.workers\.gthread\.)?(gthread|ThreadWorker)$/i, 'threaded'],
  [/^(gunicorn\.workers\.sync\.)?(sync|SyncWorker)$/i, 'sync'],
  // From Flask 1.0 on, unless it is started with --without-threads.
  [/^Serving Flask app/, 'thread-per-request'],
];

/** Messages of servers other than gunicorn ("*** running gevent loop engine ***", uWSGI). */
const OWN_WORDS = /loop engine$|MODE: async$|Flask app$/;

const kindOf = (format: string) => byFormat.find(([pattern]) => pattern.test(format));

/** No single kind of server writes both formats. */
export const areUnlike = (one: string, other: string): boolean => kindOf(one)?.[1] !== kindOf(other)?.[1];

/** A larger number of requests at once in one process comes from a damaged line, not from a setting. */
const MOST_THREADS = 10_000;

/** Share of the requests from which lines of another format are those of another server. */
const OTHERS = 0.2;

const usualPools = /^(gunicorn|article|combined|uwsgi|apache|nginx|haproxy|traefik|caddy|envoy|alb|heroku)/;

export function declaredBy(
  streams: readonly { readonly facts: StreamFacts; readonly requests: number }[],
  events: readonly LifecycleEvent[],
): Declared {
  let main: StreamFacts | null = null;
  let most = -1;
  for (const { facts, requests } of streams) if (requests > most) [main, most] = [facts, requests];
  const format = main?.format ?? '';
  const durationCovers = main?.durationCovers ?? null;
  const workers = bootedWorkers(events);
  const threads = threadsPerWorker(events);
  const boots = events.filter((event) => event.kind === 'boot').length;
  const refusals = refusalsIn(events);
  const common = {
    isSeveral: false,
    format,
    threads,
    workers,
    boots,
    refusals,
    durationCovers,
    usuallyPool: usualPools.test(format),
  };
  const said = workerClass(events);
  if (said) {
    const model = said.model === 'sync' && threads !== null && threads > 1 ? 'threaded' : said.model;
    return { model, confidence: 0.98, method: `the server says "${said.words}"`, ...common };
  }
  if (threads !== null) {
    const model = threads > 1 ? 'threaded' : 'sync';
    return { model, confidence: 0.97, method: `the server says that a worker runs ${threads} at once`, ...common };
  }
  const all = streams.reduce((sum, { requests }) => sum + requests, 0);
  const many = streams.filter(({ requests }) => requests >= OTHERS * all).map(({ facts }) => facts.format);
  if (new Set(many.map((one) => kindOf(one)?.[1])).size > 1) {
    const method = `lines of several servers: ${listText([...new Set(many)])}`;
    return { model: null, confidence: 0, method, ...common, workers: null, isSeveral: true };
  }
  const kind = kindOf(format);
  if (kind) {
    const [, model, words, confidence = 0.95] = kind;
    return { model, confidence, method: `the form of the lines is that of ${words}`, ...common };
  }
  return { model: null, confidence: 0, method: 'no line names the kind of worker', ...common };
}

function refusalsIn(events: readonly LifecycleEvent[]): string | null {
  const said = events.filter(({ kind }) => kind === 'queue-full');
  return said.length === 0
    ? null
    : `a limit of its own: it says "${said[0].text ?? 'queue full'}", ${countText(said.length, 'time')}`;
}

function workerClass(events: readonly LifecycleEvent[]): { words: string; model: ServerModel } | null {
  for (let i = events.length - 1; i >= 0; i--) {
    const { kind, text } = events[i];
    if (kind !== 'model' || text === null) continue;
    for (const [pattern, model] of byWorkerClass)
      if (pattern.test(text)) return { words: OWN_WORDS.test(text) ? text : `Using worker: ${text}`, model };
  }
  return null;
}

/** The number said last: a server that is restarted with another number says so again. */
function threadsPerWorker(events: readonly LifecycleEvent[]): number | null {
  let threads: number | null = null;
  for (const { kind, value } of events) {
    if (kind === 'threads' && value !== null && value > 0 && value <= MOST_THREADS) threads = value;
  }
  return threads;
}

/**
 * Workers alive at once by the server's messages about boots and ends: the number that held longest, or the highest if none ended. During a
 * reload old and new workers are alive together, so the highest number would count both.
 */
function bootedWorkers(events: readonly LifecycleEvent[]): number | null {
  const alive = new Set<string>();
  const held = new Map<number, number>();
  let most = 0;
  let ended = false;
  let since = Number.NaN;
  let first = Number.NaN;
  const hold = (micros: number) => {
    if (micros > 0 && alive.size > 0) held.set(alive.size, (held.get(alive.size) ?? 0) + micros);
  };
  for (const { kind, worker, time } of events) {
    const ends = ['exit', 'timeout', 'killed'].includes(kind);
    if (worker === null || (kind !== 'boot' && !ends)) continue;
    hold(time - since);
    if (kind === 'boot') alive.add(worker);
    else ended = alive.delete(worker) || ended;
    most = Math.max(most, alive.size);
    since = time;
    if (Number.isNaN(first)) first = time;
  }
  // How long the last number held is not said. It is taken for half as long as all before.
  hold(Math.max(1, (since - first) / 2));
  const [longest] = [...held].sort((x, y) => y[1] - x[1]);
  if (ended && longest) return longest[0];
  return most > 0 ? most : null;
}

/** An event loop that every request blocks runs one request at a time, whatever its kind could do. */
function oneAtATimeYet(seen: Structure, { confidence, method }: Declared): Structure {
  const words = `something blocks the event loop: ${seen.method}`;
  return {
    ...seen,
    model: 'async',
    confidence,
    method: `${method}, yet ${seen.method}`,
    threads: { ...seen.threads, method: words },
    capacity: { ...seen.capacity, method: `one request per worker, since ${words}` },
  };
}

/** The server has a limit, at which it turns requests away instead of letting them wait. */
function withRefusals(structure: Structure, words: string): Structure {
  const unknown = { ...structure.capacity, method: words };
  return { ...structure, threads: unknown, capacity: unknown };
}

/** uWSGI runs that many greenlets or tasks at once (--gevent N, --async N) and does not accept further connections. */
function withCores(structure: Structure, cores: number, workers: Estimate): Structure {
  const threads = exactly(cores, 0.97, `the server says that a worker runs ${cores} at once`);
  return { ...structure, threads, capacity: slotsOfAll(threads, workers), unbounded: false };
}

/** A kind of server without fixed slots in which something held requests back all the same. */
const withLimit = (structure: Structure, met: LimitMet, { threads, capacity }: Structure): Structure => ({
  ...structure,
  threads: atLeast(threads.low ?? 1, met.words),
  capacity: atLeast(capacity.low ?? 1, met.words),
  met,
});

/** Its workers may have a fixed number of threads, and its durations are service times. */
export const mayHaveThreads = ({ model, durationCovers }: Declared): boolean =>
  (model === null || model === 'threaded') && durationCovers === 'service';

/** What the server says about itself wins; what was seen fills in the numbers that it did not say. */
export function withDeclared(seen: Structure, declared: Declared, workers: Estimate): Structure {
  const { model, confidence, method } = declared;
  if (declared.isSeveral) return unknownStructure(method);
  if (model === null) return seen;
  if (model === 'async' && seen.met?.kind === 'one-each') return oneAtATimeYet(seen, declared);
  if (model === 'async' || model === 'thread-per-request') {
    const open = unboundedStructure(model, confidence, method);
    if (declared.threads !== null && declared.threads > 1) return withCores(open, declared.threads, workers);
    if (declared.refusals !== null) return withRefusals(open, declared.refusals);
    return seen.met ? withLimit(open, seen.met, seen) : open;
  }
  const threads = threadsOf(seen, declared, model);
  return {
    model,
    confidence,
    method,
    threads,
    capacity: capacityOf(seen, threads, workers, method),
    unbounded: false,
  };
}

function threadsOf(seen: Structure, { confidence, method, threads }: Declared, model: Structure['model']): Estimate {
  if (model === 'sync') return exactly(1, confidence, method);
  if (threads !== null) return exactly(threads, confidence, method);
  return seen.model === 'sync' || seen.threads.low === null ? atLeast(1, seen.threads.method) : seen.threads;
}

function capacityOf(seen: Structure, threads: Estimate, workers: Estimate, method: string): Estimate {
  if (threads.value === null || workers.value === null)
    return seen.model === 'async' ? atLeast(seen.threads.low ?? 1, seen.method) : seen.capacity;
  const product = exactly(threads.value * workers.value, Math.min(threads.confidence, workers.confidence), method);
  return { ...product, high: workers.high === null ? null : threads.value * workers.high };
}
