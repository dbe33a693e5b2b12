// Partials of a fleet, joined: what they hold stays bounded, the heavy routes stay exact, and no request is lost.
import { describe, expect, it } from 'vitest';
import { foldRoutes } from '../../../src/analysis/fold-routes.ts';
import { DurationHistogram } from '../../../src/analysis/histogram.ts';
import { Partial, Totals } from '../../../src/analysis/partial.ts';

/** Routes with so many requests each. */
function partialOf(routes: readonly (readonly [name: string, requests: number])[]): Partial {
  const partial = new Partial();
  for (const [name, requests] of routes) {
    const durations = new DurationHistogram();
    durations.add(1000 * requests);
    partial.routes[partial.names.routes.add(name)] = Object.assign(new Totals(), { requests, durations });
  }
  return partial;
}
const total = (partial: Partial) => partial.routes.reduce((sum, { requests }) => sum + requests, 0);

describe('foldRoutes', () => {
  it('leaves eight thousand routes alone', () => {
    const partial = partialOf(Array.from({ length: 8000 }, (_, i) => [`GET /${i}`, 1]));
    foldRoutes(partial);
    expect(Object.keys(partial.routes).length).toBe(8000);
  });

  it('keeps the 2000 heaviest of more, and counts the others by their method', () => {
    const partial = partialOf([
      ...Array.from({ length: 9000 }, (_, i): [string, number] => [`GET /${i}`, 1 + (i % 9)]),
      ['POST /rare', 1],
      ['PUT /heavy', 1_000_000],
    ]);
    const before = total(partial);
    foldRoutes(partial);
    const { routes, names } = partial;
    const of = (name: string) => routes[names.routes.find(name)];
    expect(total(partial)).toBe(before);
    expect(of('PUT /heavy').requests).toBe(1_000_000);
    expect(of('POST /rare')).toBeUndefined();
    expect(of('POST (other)')).toMatchObject({ requests: 1 });
    expect(of('GET (other)').durations?.count).toBe(9000 - 1999);
    expect(of('GET /8')).toMatchObject({ requests: 9 });
    expect(of('GET /0')).toBeUndefined();
  });
});
