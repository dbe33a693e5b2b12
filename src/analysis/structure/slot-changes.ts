/**
 * Slots of one queue over time, where some workers of a pool come or go while others stay, or where one worker loses a slot. The queue
 * stays, and whoever waits at the change goes on waiting.
 */
import type { SlotChange } from '../wait/slot-changes.ts';
import { pauseGranted } from './changes.ts';
import type { Life } from './lives.ts';
import { type Regime, staying } from './regimes.ts';
import type { ShownOfPool } from './structure.ts';
import { queuesOf, type Trace } from './trace.ts';

/**
 * Requests of a worker from which its first start and its last end are estimated: requests that follow each other without a pause sharpen
 * the stamps.
 */
const CHAIN = 40;

/** µs since 1970 UTC, ascending. Empty: nobody came or went while others stayed, or each worker has a queue of its own. */
export function slotChangesOf(
  trace: Trace,
  lives: readonly Life[],
  regimes: readonly Regime[],
  parts: readonly { readonly inference: ShownOfPool }[],
): SlotChange[] {
  if (!staying(regimes) || !trace.hasDurations || trace.startsOnly) return [];
  if (regimes.every(({ slots }) => slots !== null))
    return regimes.map(({ from, slots }) => ({ at: from, slots: slots?.value ?? 1 }));
  return parts.every(({ inference }) => inference.threads.value === 1) ? changesOfWorkers(trace, lives) : [];
}

/** For workers that run one request at a time. */
function changesOfWorkers(trace: Trace, lives: readonly Life[]): SlotChange[] {
  const rowsOf = queuesOf(trace, true);
  const first = Math.min(...lives.map(({ from }) => from));
  const last = Math.max(...lives.map(({ to }) => to));
  const steps: { readonly at: number; readonly by: number }[] = [];
  let slots = 0;
  for (const life of lives) {
    const { worker, from, to } = life;
    const granted = pauseGranted(life, last - first);
    const rows = rowsOf[worker];
    if (from - first <= granted) slots++;
    else steps.push({ at: firstStart(trace, rows), by: 1 });
    if (last - to > granted) steps.push({ at: lastEnd(trace, rows), by: -1 });
  }
  const changes = [{ at: first, slots }];
  for (const { at, by } of steps.sort((a, b) => a.at - b.at)) {
    slots += by;
    changes.push({ at, slots });
  }
  return changes;
}

/** µs: the latest possible start of a worker's first request. The requests after it need their time before their own stamps. */
function firstStart({ low, high, duration }: Trace, rows: readonly number[]): number {
  let at = Number.POSITIVE_INFINITY;
  let work = 0;
  for (const k of rows.slice(0, CHAIN)) {
    work += duration[k];
    at = Math.min(at, high[k] - work);
  }
  return Math.max(at, low[rows[0]] - duration[rows[0]]);
}

/** µs: the earliest possible end of a worker's last request. */
function lastEnd({ low, high, duration }: Trace, rows: readonly number[]): number {
  let at = Number.NEGATIVE_INFINITY;
  let work = 0;
  for (const k of rows.slice(-CHAIN).reverse()) {
    at = Math.max(at, low[k] + work);
    work += duration[k];
  }
  return Math.min(at, high[rows[rows.length - 1]]);
}
