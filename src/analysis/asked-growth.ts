/** How much of a log is examined for limits, by effort, and for the number of slots that requests queue for inside the application. */
import type { Effort, HiddenSlots, LoadGrowth } from '../core/inference.ts';
import type { RequestTable } from '../core/table.ts';
import { evidencePart } from './structure/evidence-part.ts';
import { loadGrowth } from './structure/hidden-slots.ts';
import { type Trace, traceOf } from './structure/trace.ts';

/** Rows that are examined for limits, and how often chance is replayed. */
export const efforts = {
  live: { rows: 800, replicas: 3 },
  look: { rows: 800, replicas: 3 },
  sample: { rows: 3000, replicas: 4 },
  full: { rows: 6000, replicas: 6 },
} as const;

/** In a shorter window it does not show how many slots requests queue for. */
const FEWEST_FOR_SLOTS = 600;

/** In a live log, the number of slots inside the application is seldom asked for, and then of the whole window, unless that is short. */
export function growthAsked(
  table: RequestTable,
  evidence: Trace,
  { effort, known }: { readonly effort: Effort; readonly known: HiddenSlots | 'not-asked' },
  behindProxy: boolean,
): LoadGrowth | null {
  const isLook = effort === 'look' && table.length >= FEWEST_FOR_SLOTS;
  if (effort === 'live' || (effort === 'look' && !isLook))
    return loadGrowth(evidence, known, efforts.live.replicas, behindProxy);
  if (!isLook) return loadGrowth(evidence, null, efforts[effort].replicas, behindProxy);
  return loadGrowth(traceOf(evidencePart(table, efforts.full.rows)), null, efforts.full.replicas, behindProxy);
}

/**
 * Requests that hold a thread each and wait in turn for something that fewer of them can have at once; null: they do not, or it does not
 * show.
 */
export function turnsBehindThreads(evidence: Trace, effort: Effort): LoadGrowth | null {
  if (effort === 'live' || effort === 'look') return null;
  const growth = loadGrowth(evidence, null, efforts[effort].replicas, false);
  return growth?.inTurn ? growth : null;
}
