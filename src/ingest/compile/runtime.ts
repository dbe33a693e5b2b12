/** What generated scanners call: memos, readers of stamps, and the slow ways to read fields that are not plain. */
import type { Names } from '../../core/batch.ts';
import { createDictionary } from '../../core/dictionary.ts';
import type { DurationUnit, StampShape } from '../../core/format.ts';
import { printable } from '../../core/text.ts';
import { isDigit } from '../bytes.ts';
import { clientHash } from '../client-hash.ts';
import { epochReader, epochShapeOf } from '../epochs.ts';
import type { KernelInput } from '../kernel/compile.ts';
import { createMemo } from '../memo.ts';
import { RouteCache } from '../route-cache.ts';
import { idOfTemplate, routeOfRequestLine } from '../route-name.ts';
import { writeRouteTemplate } from '../route-template.ts';
import { readNumber, readSpent, spent } from '../spent-time.ts';
import type { StampCursor } from '../stamp-parts.ts';
import { createStampReader, type StampReader, type StampReference } from '../stamps.ts';
import type { Zone } from '../zone.ts';
import { routeJoiner } from './join-route.ts';
import { pathOfUrl } from './request-target.ts';

/** More different workers or threads than this are noise (the field is no pid): further ones are unknown. */
export const MAX_NAMES = 65_536;

/** Size of the table of pids by value, a power of two. */
export const PID_SLOTS = 4096;

/** A field found in a line, for `logscope formats --explain`. */
export interface Span {
  /** Index of the token. */
  readonly token: number;
  readonly from: number;
  readonly to: number;
  /** For stamps: digits of the fraction of a second, and the offset that is stated (minutes; NaN: none). */
  readonly digits: number;
  readonly offsetMinutes: number;
}

export interface Runtime {
  /** The buffer that kernels read, and its memory; null: there are no kernels. */
  readonly kernels: KernelInput | null;
  readonly cursor: StampCursor;
  /**
   * `stop`: where the scanner stopped in a line that it does not take. `spans`: the fields found so far, if the scanner records them.
   * `odd`: set to 1 if a row was written whose line has no plain status. `stepped`: number of rows whose duration shows that the clock was
   * set back.
   */
  readonly state: { stop: number; spans: Span[]; odd: number; stepped: number };
  /** @param own zone of stamps without one, in place of the input's */
  stamp(shape: StampShape, own?: Zone): StampReader;
  /** Ids, from 1, of the hosts (containers, pods, dynos) and of the tags that envelopes name. */
  host(b: Uint8Array, v: DataView, from: number, to: number): number;
  tag(b: Uint8Array, v: DataView, from: number, to: number): number;
  tagName(tag: number): string;
  hostName(host: number): string;
  /** If lines named several hosts: the name of the first one, whose workers keep their plain names. null otherwise. */
  firstOfHosts(): string | null;
  /** Id of a worker of a host: the same pid on two hosts is two workers. */
  workerOn(host: number, worker: number): number;
  /** The same for the name of a worker in a lifecycle line. */
  workerNameOn(host: number, worker: string): string;
  /** Recently seen routes, with the ids that `route` returns for them. */
  readonly recentRoutes: RouteCache;
  /** Must be called after the ids of routes changed. */
  forgetRoutes(): void;
  /** Route of b[from, to), a method and a path. The byte behind it must be one that cannot be part of a path. */
  route(b: Uint8Array, v: DataView, from: number, to: number): number;
  worker(b: Uint8Array, v: DataView, from: number, to: number): number;
  /** Ids of workers whose name is a small number, by that number modulo PID_SLOTS. A value of -1 is a free place. */
  readonly pidValues: Int32Array;
  readonly pidIds: Int32Array;
  thread(b: Uint8Array, v: DataView, from: number, to: number): number;
  /** Hash of an address; 0: none; -1: this cannot be an address. */
  client(b: Uint8Array, v: DataView, from: number, to: number): number;
  /**
   * Reads a request line that is not plain ("GET /a b", ANSI colours, bytes of TLS, raw quotes). It ends where `after` stands and a field
   * of class `next` follows.
   * @returns its route, with cursor.end behind it; -2: it does not end before `end`
   */
  request(b: Uint8Array, v: DataView, from: number, end: number, after: Uint8Array, next: number): number;
  /** Route of a method and a target that are separate fields. */
  joinRoute(b: Uint8Array, v: DataView, methodFrom: number, methodTo: number, from: number, to: number): number;
  /** X-Request-Start at p, in µs; NaN: there is none. cursor.end is behind it. */
  arrival(b: Uint8Array, v: DataView, p: number, end: number): number;
  /** A time at p, in µs: with its own unit (`written`) or in this one. NaN for "-"; -1: there is none. cursor.end is behind it. */
  spent(b: Uint8Array, p: number, unit: DurationUnit): number;
}

/** Class of what may follow a field: anything, a status, or a number. */
export const NEXT_ANY = 0;
export const NEXT_STATUS = 1;
export const NEXT_NUMBER = 2;

const PROTOCOL = Buffer.from(' HTTP/');

const decoder = new TextDecoder('utf-8');

function nextFits(b: Uint8Array, p: number, next: number): boolean {
  const c = b[p];
  if (next === NEXT_ANY) return true;
  if (c === 45 || c === 78) return true;
  if (next === NEXT_NUMBER) return isDigit(c) || c === 60 || c === 43;
  if (c === 48 && !isDigit(b[p + 1])) return true;
  return isDigit(c) && isDigit(b[p + 1]) && isDigit(b[p + 2]) && !isDigit(b[p + 3]);
}

const LONGEST_IPV4 = 15;

/**
 * Whether this may be an address. One with a colon is IPv6, which has no letters beyond f: "INFO:gunicorn.access:10.0.0.1" is none. Lists
 * are allowed.
 */
function isAddress(b: Uint8Array, from: number, to: number): boolean {
  let colon = false;
  let letter = false;
  for (let p = from; p < to; p++) {
    const c = b[p] | 32;
    if (b[p] === 44 || b[p] === 37) return true;
    if (b[p] === 58) colon = true;
    else if (c > 102 && c < 123) letter = true;
  }
  return !(colon && letter) || (b[from] === 117 && b[from + 4] === 58);
}

/** Whether a request line contains `] "`, which is from the head of another line: two processes wrote into each other's lines. */
function holdsHead(b: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p + 2 < to; p++) if (b[p] === 93 && b[p + 1] === 32 && b[p + 2] === 34) return true;
  return false;
}

function literalAt(b: Uint8Array, p: number, literal: Uint8Array): boolean {
  for (let k = 0; k < literal.length; k++) if (b[p + k] !== literal[k]) return false;
  return true;
}

/** Where the request line that starts at `from` ends: `after` stands there, and a field of class `next` follows. -1: nowhere before `end`. */
function requestEnd(b: Uint8Array, from: number, end: number, after: Uint8Array, next: number): number {
  const last = end - after.length;
  let inside = -1;
  let to = from;
  for (; to <= last; to++) {
    if (b[to] !== after[0] || !literalAt(b, to, after) || !nextFits(b, to + after.length, next)) continue;
    if (next !== NEXT_STATUS || inside >= 0 || !literalAt(b, to + after.length + 3, PROTOCOL)) break;
    // 'GET /a "b" 200 HTTP/1.1" 400 -': what looks like the end may be part of the request itself.
    inside = to;
  }
  if (to > last) to = inside;
  return to < 0 || holdsHead(b, from, to) ? -1 : to;
}

/**
 * @param kernels see Runtime.kernels
 * @param isLive lines are read as they are written
 */
export function createRuntime(
  names: Names,
  zone: Zone,
  nowMicros: () => number,
  kernels: KernelInput | null = null,
  isLive = false,
): Runtime {
  const reference: StampReference = { nowMicros, isLive, firstClock: Number.NaN };
  const memory = kernels?.memory ?? null;
  const cursor: StampCursor = { end: 0, digits: 0, offsetMinutes: Number.NaN };
  const { workers, threads } = names;
  const nameIn = (dictionary: typeof workers) => (b: Uint8Array, from: number, to: number) => {
    const text = printable(decoder.decode(b.subarray(from, to)), 100);
    const known = dictionary.find(text);
    return known >= 0 || dictionary.size >= MAX_NAMES ? known : dictionary.add(text);
  };
  const routeMemo = createMemo((b, from, to) => routeOfRequestLine(names, b, from, to));
  const templateMemo = createMemo((b, from, to) => idOfTemplate(names, b, from, to));
  const recentRoutes = new RouteCache(memory);
  const template = new Uint8Array(2048);
  const templateWords = new DataView(template.buffer);
  const workerMemo = createMemo(nameIn(workers));
  const threadMemo = createMemo(nameIn(threads));
  const hosts = createDictionary();
  const tags = createDictionary();
  const hostMemo = createMemo((b, from, to) => 1 + nameIn(hosts)(b, from, to));
  const tagMemo = createMemo((b, from, to) => 1 + nameIn(tags)(b, from, to));
  const workersOn = new Map<number, number>();
  // Most logs have one host: the workers of the first host keep their plain names.
  const workerNameOn = (host: number, worker: string) => (host <= 1 ? worker : `${hosts.text(host - 1)}/${worker}`);
  const epochs = {
    'epoch-s': epochReader(0, cursor),
    'epoch-ms': epochReader(3, cursor),
    'epoch-us': epochReader(6, cursor),
    'epoch-ns': epochReader(9, cursor),
  };

  const relative = new Uint8Array(2048);
  const relativeWords = new DataView(relative.buffer);
  const routeWithoutHost = (b: Uint8Array, from: number, hostFrom: number, hostTo: number, to: number): number => {
    let k = 0;
    for (let p = from; p < hostFrom; p++) relative[k++] = b[p];
    for (let p = hostTo; p < to; p++) relative[k++] = b[p];
    relative[k] = 10;
    return route(relative, relativeWords, 0, k);
  };
  const route: Runtime['route'] = (b, v, from, to) => {
    let path = from;
    while (path < to && b[path] !== 32) path++;
    path++;
    const recent = recentRoutes.find(b, v, from, path);
    const same = recentRoutes.end === to;
    if (recent !== -2 && same) return recent;
    // "GET http://h:8000/a" has the route of "GET /a".
    const slash = b[path] !== 47 && to - from < relative.length ? pathOfUrl(b, path, to) : -1;
    if (slash > 0) {
      const id = routeWithoutHost(b, from, path, slash, to);
      if (same && recentRoutes.find(b, v, from, path) === -2) recentRoutes.keep(v, id);
      return id;
    }
    const length = writeRouteTemplate(b, from, to, template);
    const id = length < 0 ? routeMemo.lookUp(b, v, from, to) : templateMemo.lookUp(template, templateWords, 0, length);
    if (same) recentRoutes.keep(v, id);
    return id;
  };

  return {
    kernels,
    cursor,
    state: { stop: 0, spans: [], odd: 0, stepped: 0 },
    stamp: (shape, own = zone) => createStampReader(shape, own, cursor, reference),
    host: hostMemo.lookUp,
    hostName: (host) => (host > 0 ? hosts.text(host - 1) : ''),
    firstOfHosts: () => (hosts.size > 1 ? hosts.text(0) : null),
    tag: tagMemo.lookUp,
    tagName: (tag) => (tag > 0 ? tags.text(tag - 1) : ''),
    workerNameOn,
    workerOn(host, worker) {
      if (host <= 1 || worker < 0) return worker;
      const key = host * MAX_NAMES * 2 + worker;
      const known = workersOn.get(key);
      if (known !== undefined) return known;
      const id = workers.size < MAX_NAMES ? workers.add(workerNameOn(host, workers.text(worker))) : -1;
      workersOn.set(key, id);
      return id;
    },
    recentRoutes,
    forgetRoutes() {
      routeMemo.forget();
      templateMemo.forget();
      recentRoutes.forget();
    },
    route,
    worker: workerMemo.lookUp,
    pidValues: (memory?.int32(PID_SLOTS) ?? new Int32Array(PID_SLOTS)).fill(-1),
    pidIds: memory?.int32(PID_SLOTS) ?? new Int32Array(PID_SLOTS),
    thread: threadMemo.lookUp,
    client(b, v, from, to) {
      if (to <= from || (to === from + 1 && b[from] === 45)) return 0;
      if (to - from > LONGEST_IPV4 && !isAddress(b, from, to)) return -1;
      return clientHash(v, from, to);
    },
    request(b, v, from, end, after, next) {
      const to = after.length === 0 ? end : requestEnd(b, from, end, after, next);
      if (to < 0) return -2;
      cursor.end = to;
      return routeMemo.lookUp(b, v, from, to);
    },
    joinRoute: routeJoiner(names, recentRoutes, route),
    spent(b, p, unit) {
      cursor.end = p + 1;
      if (b[p] === 45) return Number.NaN;
      const micros = unit === 'written' ? readSpent(b, p, b.length, unit) : readNumber(b, p, unit);
      cursor.end = spent.end;
      return Number.isNaN(micros) ? -1 : micros;
    },
    arrival(b, v, p, end) {
      let at = p;
      if ((b[at] | 32) === 116 && b[at + 1] === 61) at += 2;
      let digits = 0;
      while (isDigit(b[at + digits])) digits++;
      const micros = digits === 0 ? Number.NaN : epochs[epochShapeOf(digits)](b, v, at);
      if (Number.isNaN(micros)) {
        at = p;
        while (at < end && b[at] > 32 && b[at] !== 34) at++;
        cursor.end = at;
      }
      return micros;
    },
  };
}
