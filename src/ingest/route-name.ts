/**
 * From a request line to a route: "GET /users/42?x=1" becomes "GET /users/{id}". Numbers, UUIDs, hashes and dates in the path
 * become placeholders, so that a route gathers the requests of one view. A log may hold millions of distinct URLs: the
 * number of names is capped, and what comes later is named "GET (other)".
 */
import type { Names } from '../core/batch.ts';
import { printable } from '../core/text.ts';

const MAX_LENGTH = 200;
/** No method is shorter: "F 10.0.0.1 - -" is what Azure puts in front of a line. */
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

/** "https://web.example.com", or the name of the host alone, where a path follows (Render's lines). */
const origin = /^(?:[a-z][a-z0-9+.-]*(?::|%3a)\/\/[^/?#]*|[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=\/))/i;

/** The path of a target: without scheme and host, query and fragment. */
function pathOf(target: string): string {
  const relative = target.replace(origin, '');
  const path = relative.replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/** Id of the route of method and target, or -1 when the method is none (garbage on the port, "-"). */
export function routeId(names: Names, verb: string, target: string): number {
  return method.test(verb) ? idOf(names, `${verb} `, target) : -1;
}

/** Of a line that names no method: the route is the path alone. */
export const routeOfPath = (names: Names, target: string): number =>
  target.startsWith('/') ? idOf(names, '', target) : -1;

function idOf({ routes, mostRoutes }: Names, before: string, target: string): number {
  const name = printable(`${before}${template(pathOf(target))}`, MAX_LENGTH);
  if (routes.size < mostRoutes) return routes.add(name);
  const known = routes.find(name);
  return known >= 0 ? known : routes.add(`${before}(other)`);
}

/**
 * Splits any text that stands where a request line should: the first word is the method, the last one the protocol when it
 * looks like one ("2" is how hypercorn writes HTTP/2), the rest the target, blanks included.
 */
export function routeOfRequestLine(names: Names, b: Uint8Array, from: number, to: number): number {
  const text = decoder.decode(b.subarray(from, Math.min(to, from + 8192))).replace(csi, '');
  const blank = text.indexOf(' ');
  if (blank < 0) return -1;
  const rest = text.slice(blank + 1).replace(/ (HTTP\/[\d.]*|\d\.\d|[23])$/, '');
  const verb = text.slice(0, blank);
  // granian's lines of WebSockets: "- /ws HTTP/1.1".
  return verb === '-' ? routeOfPath(names, rest) : routeId(names, verb, rest);
}

/** Id of the route whose name, all plain characters, `writeRouteTemplate` wrote into b[from, to). */
export function idOfTemplate(names: Names, b: Uint8Array, from: number, to: number): number {
  const { routes, mostRoutes } = names;
  const verb = b.indexOf(32, from) - from;
  const isName = to - from <= MAX_LENGTH && verb >= LEAST_METHOD && verb <= MAX_METHOD;
  return isName && routes.size < mostRoutes ? routes.intern(b, from, to) : routeOfRequestLine(names, b, from, to);
}
