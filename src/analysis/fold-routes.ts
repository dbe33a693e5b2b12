/** Keeps the routes of joined partials bounded: the ones with the most requests stay, the others are counted together. */
import { DurationHistogram } from './histogram.ts';
import { type Partial, Totals } from './partial.ts';

/** Each has a histogram of 10 KB; a single log has at most a quarter of so many. */
const MOST_ROUTES = 8000;
const KEPT_ROUTES = 2000;

/**
 * Of more than 8000 routes the 2000 with the most requests keep their numbers, exactly; the others become "GET (other)" by their
 * method. A route that is folded in an early join and frequent in later ones is told without its first requests: by at most
 * as many as the 2000th route had at that time.
 */
export function foldRoutes(partial: Partial): void {
  const { routes, names } = partial;
  const ids = Object.keys(routes).map(Number);
  if (ids.length <= MOST_ROUTES) return;
  const nameOf = (id: number) => names.routes.text(id);
  const byRequests = ids
    .filter((id) => !nameOf(id).endsWith(' (other)'))
    .sort((a, b) => routes[b].requests - routes[a].requests || (nameOf(a) < nameOf(b) ? -1 : 1));
  for (const id of byRequests.slice(KEPT_ROUTES)) {
    const { [id]: folded } = routes;
    const other = names.routes.add(`${nameOf(id).split(' ', 1)[0]} (other)`);
    routes[other] ??= new Totals();
    const into = routes[other];
    into.merge(folded);
    if (folded.durations) {
      into.durations ??= new DurationHistogram();
      into.durations.merge(folded.durations);
    }
    delete routes[id];
  }
}
