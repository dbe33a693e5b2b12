/**
 * Makes a route from a request line: "GET /users/42?x=1" becomes "GET /users/{id}". Numbers, UUIDs, hashes and dates in the path become
 * placeholders, so that a route has all requests of one view. A log may have millions of distinct URLs, so the number of names is limited;
 * beyond it, routes are named "GET (other)".
 */
import type { Names } from '../core/batch.ts';
import { printable } from '../core/text.ts';

const MAX_LENGTH = 200;
/** No method is shorter. In "F 10.0.0.1 - -", the "F" is what Azure puts in front of a line. */
const LEAST_METHOD = 3;
const MAX_METHOD = 32;

const decoder = new TextDecoder('utf-8');
const method = /^[A-Za-z][A-Za-z_-]{2,31}$/;
const csi = /\u001b\[[0-?]*[ -/]*[@-~]/g;

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/^-?\d+$/, '{id}'],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, '{uuid}'],
  [/^\d{4}-\d\d-\d\d(T[\d:.Z+-]*)?$/, '{date}'],
  [/^(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,128}$/i, '{hash}'],
];

function template(path: string): string {
  return path
    .split('/')
    .map((segment) => placeholders.find(([pattern]) => pattern.test(segment))?.[1] ?? segment)
    .join('/');
}

/** "https://web.example.com", or only the name of the host if a path follows (in Render's lines). */
const origin = /^(?:[a-z][a-z0-9+.-]*(?::|%3a)\/\/[^/?#]*|[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=\/))/i;

/** The path of a target, without scheme, host, query and fragment. */
function pathOf(target: string): string {
  const relative = target.replace(origin, '');
  const path = relative.replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/** Id of the route of a method and a target; -1: the method is none (garbage sent to the port, "-"). */
export function routeId(names: Names, verb: string, target: string): number {
  return method.test(verb) ? idOf(names, `${verb} `, target) : -1;
}

/** For a line without a method: the route is the path alone. */
export const routeOfPath = (names: Names, target: string): number =>
  target.startsWith('/') ? idOf(names, '', target) : -1;

function idOf({ routes, mostRoutes }: Names, before: string, target: string): number {
  const name = printable(`${before}${template(pathOf(target))}`, MAX_LENGTH);
  if (routes.size < mostRoutes) return routes.add(name);
  const known = routes.find(name);
  return known >= 0 ? known : routes.add(`${before}(other)`);
}

/**
 * Splits any text in the place of a request line. The first word is the method; the last one is the protocol if it looks like one
 * (hypercorn writes HTTP/2 as "2"); the rest, blanks included, is the target.
 */
export function routeOfRequestLine(names: Names, b: Uint8Array, from: number, to: number): number {
  const text = decoder.decode(b.subarray(from, Math.min(to, from + 8192))).replace(csi, '');
  const blank = text.indexOf(' ');
  if (blank < 0) return -1;
  const rest = text.slice(blank + 1).replace(/ (HTTP\/[\d.]*|\d\.\d|[23])$/, '');
  const verb = text.slice(0, blank);
  // granian's lines about WebSockets: "- /ws HTTP/1.1".
  return verb === '-' ? routeOfPath(names, rest) : routeId(names, verb, rest);
}

/** Id of the route whose name `writeRouteTemplate` wrote into b[from, to); all of its characters are plain. */
export function idOfTemplate(names: Names, b: Uint8Array, from: number, to: number): number {
  const { routes, mostRoutes } = names;
  const verb = b.indexOf(32, from) - from;
  const isName = to - from <= MAX_LENGTH && verb >= LEAST_METHOD && verb <= MAX_METHOD;
  return isName && routes.size < mostRoutes ? routes.intern(b, from, to) : routeOfRequestLine(names, b, from, to);
}
