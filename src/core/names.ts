/** The dictionaries that all batches of one analysis share. */
import type { Names } from './batch.ts';
import { createDictionary } from './dictionary.ts';

export const createNames = (): Names => ({
  workers: createDictionary(),
  threads: createDictionary(),
  routes: createDictionary(),
});
