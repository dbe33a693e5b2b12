/**
 * Routes for which the proxy's longer time is no queue: it had the request already but waited for its body, or was still sending the answer
 * (nginx's $request_time includes both). One queue makes all routes wait equally long. So a route whose requests wait much longer than any
 * of other routes that began just before and after them does not wait for a worker.
 */
import type { RequestTable } from '../core/table.ts';
import type { PairedRequest } from './left-callers.ts';

/** Requests of other routes that are compared on each side, and the fewest pairs of a route that show it. */
const BESIDE = 6;
const FEWEST = 5;
/** A wait must exceed the longest of the others by this many µs and by this factor, in more than the share MOST of the route's pairs. */
const LONGER = 100_000;
const TIMES = 2;
const MOST = 0.5;

/** Ids of such routes. */
export function slowSenders({ route, start, status }: RequestTable, pairs: readonly PairedRequest[]): Set<number> {
  const inOrder = pairs
    .filter(({ one, hasLeft }) => !hasLeft && status[one] > 0)
    .sort((a, b) => start[a.one] - start[b.one] || a.one - b.one);
  const seen = new Map<number, { all: number; odd: number }>();
  inOrder.forEach(({ one, wait }, k) => {
    const count = seen.get(route[one]) ?? { all: 0, odd: 0 };
    seen.set(route[one], count);
    const others = besideOf(inOrder, k, route).map((pair) => pair.wait);
    if (others.length < BESIDE) return;
    count.all++;
    const longest = Math.max(...others);
    if (wait > longest + LONGER && wait > TIMES * longest) count.odd++;
  });
  return new Set([...seen].filter(([, { all, odd }]) => all >= FEWEST && odd > MOST * all).map(([id]) => id));
}

/** The nearest pairs of other routes, equally many on each side if there are enough. */
function besideOf(inOrder: readonly PairedRequest[], at: number, route: Int32Array): PairedRequest[] {
  const own = route[inOrder[at].one];
  const found: PairedRequest[] = [];
  for (const step of [-1, 1]) {
    let count = 0;
    for (let k = at + step; count < BESIDE && k >= 0 && k < inOrder.length; k += step) {
      if (route[inOrder[k].one] === own) continue;
      found.push(inOrder[k]);
      count++;
    }
  }
  return found;
}
