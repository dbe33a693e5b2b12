/** Can an event in the server's log explain what happened at that moment, or may they coincide by chance? */

import type { Facts } from '../core/finding.ts';
import type { WorkerLife } from '../core/inference.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { rowsOf } from '../core/rows.ts';

/** Largest expected number of such events in the window by chance. */
const BY_CHANCE = 0.3;

/**
 * Was there an event of one of the kinds between `from` and `to` (µs since 1970), and are such events rare otherwise? Workers that come
 * and go all the time coincide with anything. Events before the first request, such as the start of the server, do not count.
 */
export function happened(facts: Facts, kinds: readonly LifecycleKind[], from: number, to: number): boolean {
  const rows = rowsOf(facts);
  if (rows.length === 0) return false;
  const begin = rows.start[0];
  const span = Math.max(1, rows.end[rows.length - 1] - begin);
  const events = facts.lifecycle.filter(({ kind, time }) => kinds.includes(kind) && time > begin);
  const inside = events.filter(({ time }) => time >= from && time <= to).length;
  if (inside === 0) return false;
  const width = to - from;
  const expected = ((events.length - inside) * width) / Math.max(1, span - width);
  return expected < BY_CHANCE;
}

/** Was some worker alive from more than `around` µs before the instant `at` until more than `around` µs after it? */
export const someLivedThrough = (lives: readonly WorkerLife[], at: number, around: number): boolean =>
  lives.some((life) => life.from < at - around && life.to > at + around);
