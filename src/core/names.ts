/** The dictionaries that all batches of one analysis share. */
import type { Names } from './batch.ts';
import { createDictionary } from './dictionary.ts';

/** Routes that are told apart: a log may hold millions of distinct URLs. */
export const MOST_ROUTES = 2000;

export const createNames = (mostRoutes = MOST_ROUTES): Names => ({
  mostRoutes,
  workers: createDictionary(),
  threads: createDictionary(),
  routes: createDictionary(),
});
