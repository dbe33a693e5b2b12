/** Threads that the lines name: each is a slot of its worker. */

import { meanOf } from '../../core/statistics.ts';
import type { Estimate } from '../../core/summary.ts';
import type { RequestTable } from '../../core/table.ts';
import { atLeast, exactly, type Structure, slotsOfAll } from './structure.ts';

/** Servers that start all of their threads at once and give each a fair part of the work. */
const fixedPools = /^(waitress|cherrypy)/;
/** Lines per thread from which one that never appears is none. */
const LINES_EACH = 8;
/** Share of the mean that every thread must have served. */
const FAIR = 0.3;
/** More names than this, or hardly more lines than names, are threads made for one request. */
const MOST_THREADS = 128;
const FEWEST_LINES_EACH = 3;

/** Most threads of one worker that the lines name, and whether the pool has no others; null where they name none. */
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

/** A structure whose threads were not seen otherwise, with those that the lines name. */
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
