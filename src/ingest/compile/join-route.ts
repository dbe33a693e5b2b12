/** The route of a method and a target that are separate fields. */
import type { Names } from '../../core/batch.ts';
import type { RouteCache } from '../route-cache.ts';
import { routeId, routeOfPath } from '../route-name.ts';
import { joinRequest } from './request-target.ts';
import type { Runtime } from './runtime.ts';

/** Most bytes between a method and its path if they stand side by side: blanks and a quote. */
export const MOST_BETWEEN = 12;
const [BLANK, SLASH, QUESTION_MARK] = [32, 47, 63];

export function routeJoiner(names: Names, recentRoutes: RouteCache, route: Runtime['route']): Runtime['joinRoute'] {
  const decoder = new TextDecoder('utf-8');
  const joined = new Uint8Array(2048);
  const joinedWords = new DataView(joined.buffer);

  const routeOfAlone = (b: Uint8Array, v: DataView, from: number, path: number): number => {
    const recent = recentRoutes.find(b, v, from, from);
    const isPath = b[from] === SLASH && recentRoutes.end === path;
    if (recent !== -2 && isPath) return recent;
    const id = routeOfPath(names, decoder.decode(b.subarray(from, path)));
    if (isPath) recentRoutes.keep(v, id);
    return id;
  };

  return (b, v, methodFrom, methodTo, from, to) => {
    let path = from;
    while (path < to && b[path] !== QUESTION_MARK) path++;
    if (methodTo + 1 === from && b[methodTo] === BLANK) return route(b, v, methodFrom, path);
    if (methodTo === methodFrom) return routeOfAlone(b, v, from, path);
    // Recognised by the bytes from the method on, whatever stands between it and the path.
    const isNear = methodTo < from && from - methodTo <= MOST_BETWEEN;
    const recent = isNear ? recentRoutes.find(b, v, methodFrom, from) : -2;
    const isKept = isNear && recentRoutes.end === path;
    if (recent !== -2 && isKept) return recent;
    const length = joinRequest(b, [methodFrom, methodTo], [from, path], joined);
    if (length <= 0) {
      const text = (begin: number, end: number) => decoder.decode(b.subarray(begin, end));
      return routeId(names, text(methodFrom, methodTo), text(from, path));
    }
    const id = route(joined, joinedWords, 0, length);
    if (isKept && recentRoutes.find(b, v, methodFrom, from) === -2) recentRoutes.keep(v, id);
    return id;
  };
}
