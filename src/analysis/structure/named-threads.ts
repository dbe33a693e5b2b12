/** Threads that the lines name: each is a slot of its worker. */

import { meanOf } from '../../core/statistics.ts';
import type { Estimate } from '../../core/summary.ts';
import type { RequestTable } from '../../core/table.ts';
import { atLeast, exactly, type Structure, slotsOfAll } from './structure.ts';

/** Servers that start all their threads at once and share the work out fairly. */
const fixedPools = /^(waitress|cherrypy)/;
/** Mean number of lines per thread from which a thread that never appears does not exist. */
const LINES_EACH = 8;
/** Share of the mean that every thread must have served. */
const FAIR = 0.3;
/** More names than this, or hardly more lines than names, mean threads that are made for one request. */
const MOST_THREADS = 128;
const FEWEST_LINES_EACH = 3;

/** Most threads that the lines of one worker name, and whether these are all the pool has; null: the lines name none. */
function threadsNamed({
  length,
  worker,
  thread,
}: RequestTable): { readonly most: number; readonly all: boolean } | null {
  const lines = new Map<number, Map<number, number>>();
  for (let i = 0; i < length; i++) {
    if (thread[i] < 0) continue;
    let mine = lines.get(worker[i]);
    if (!mine) lines.set(worker[i], (mine = new Map()));
    mine.set(thread[i], (mine.get(thread[i]) ?? 0) + 1);
  }
  let most: Map<number, number> | null = null;
  for (const one of lines.values()) if (!most || one.size > most.size) most = one;
  if (!most || most.size > MOST_THREADS) return null;
  const counts = [...most.values()];
  const mean = meanOf(counts);
  if (mean < FEWEST_LINES_EACH) return null;
  return { most: counts.length, all: mean >= LINES_EACH && Math.min(...counts) >= FAIR * mean };
}

/** Adds the threads that the lines name to a structure whose threads are not known otherwise. */
export function withNamedThreads(
  structure: Structure,
  table: RequestTable,
  format: string,
  workers: Estimate,
): Structure {
  if (structure.model !== 'threaded' || structure.threads.value !== null) return structure;
  const named = threadsNamed(table);
  if (!named || named.most < (structure.threads.low ?? 1)) return structure;
  const isExact = named.all && fixedPools.test(format);
  const method = isExact
    ? `the lines name ${named.most} threads, and each does its part`
    : `the lines name ${named.most} threads of one worker`;
  const threads = isExact ? exactly(named.most, 0.9, method) : atLeast(named.most, method);
  const capacity = slotsOfAll(threads, workers);
  return { ...structure, threads, capacity };
}
