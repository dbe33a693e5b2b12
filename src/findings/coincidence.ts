/** Whether what the server said at some moment may be the reason for what happened then, rather than chance. */

import type { Facts } from '../core/finding.ts';
import type { WorkerLife } from '../core/inference.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { rowsOf } from '../core/rows.ts';

/** Events of these kinds that chance would put into the window, at most. */
const BY_CHANCE = 0.3;

/**
 * An event of one of the kinds between `from` and `to` (µs since 1970) where events of these kinds are rare: workers that
 * come and go all the time coincide with anything. The first start of the server is no event: nothing came before it.
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

/** Some worker was at work longer than `around` µs before an instant, and longer than that after it. */
export const someLivedThrough = (lives: readonly WorkerLife[], at: number, around: number): boolean =>
  lives.some((life) => life.from < at - around && life.to > at + around);
