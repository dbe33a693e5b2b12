/** A pool whose number of slots changes while its queue stays: the number of slots from each instant on. */

export interface SlotChange {
  /** µs since 1970 UTC, or s since the origin of a stretch. */
  readonly at: number;
  readonly slots: number;
}

/** Number of slots at an instant; before the first change, the number of that change. */
export const slotsAt = (changes: readonly SlotChange[], instant: number): number =>
  (changes.findLast(({ at }) => at <= instant) ?? changes[0]).slots;

/** Mean number of slots over [from, to]. */
export function meanSlots(changes: readonly SlotChange[], from: number, to: number): number {
  const within = changes.map(({ at }) => at).filter((at) => at > from && at < to);
  const edges = [from, ...within, to];
  let sum = 0;
  for (let k = 1; k < edges.length; k++) sum += slotsAt(changes, edges[k - 1]) * (edges[k] - edges[k - 1]);
  return sum / (to - from);
}

export interface SlotStep {
  readonly at: number;
  /** true: a slot comes; false: one goes. */
  readonly comes: boolean;
}

/** The changes as steps of one slot each. */
export const slotSteps = (changes: readonly SlotChange[]): SlotStep[] =>
  changes.slice(1).flatMap(({ at, slots }, k) => {
    const more = slots - changes[k].slots;
    return Array.from({ length: Math.abs(more) }, () => ({ at, comes: more > 0 }));
  });
