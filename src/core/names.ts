/** The dictionaries that all batches of an analysis share. */
import type { Names } from './batch.ts';
import { createDictionary } from './dictionary.ts';

/** At most so many routes are distinguished: a log may have millions of distinct URLs. */
export const MOST_ROUTES = 2000;

export const createNames = (mostRoutes = MOST_ROUTES): Names => ({
  mostRoutes,
  workers: createDictionary(),
  threads: createDictionary(),
  routes: createDictionary(),
});
