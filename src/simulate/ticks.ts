/**
 * Where within the tick of its stamp each request ended. Lines are written as requests end, so the ends within one tick have the order of
 * their lines; a uniform draw among all such orders is a sorted sample of uniform draws.
 */
import { floatsAt } from '../core/columns.ts';
import type { InferredRequests } from '../core/inference.ts';
import { ascendingOrder } from '../core/order.ts';
import type { Random } from '../core/random.ts';
import type { RequestTable } from '../core/table.ts';

export interface Ticks {
  /** Entries that share a stamp, in the order of their lines. */
  readonly groups: readonly Int32Array[];
  /** From the beginning of the tick to the estimated end, µs per entry: subtracting it moves the entry to the beginning of its tick. */
  readonly back: Float64Array;
  /** Width of the tick, µs per entry. */
  readonly width: Float64Array;
}

/** Share of neighbouring lines whose stamps may go backwards; beyond it the order of lines says nothing about the order of ends. */
const DISORDER = 0.01;

/**
 * Groups those of `rows` (indices of the table) whose end is unknown by at least half a tick. Entries whose end is known better, or whose
 * stamp is not that of their end, are in no group. null: the lines are not in the order of their ends.
 */
export function ticksOf(
  table: RequestTable,
  rows: readonly number[],
  { end, uncertainty }: InferredRequests,
): Ticks | null {
  const entries = ascendingOrder(new Float64Array(rows));
  const width = floatsAt(table.resolution, rows);
  const back = floatsAt(end, rows);
  for (let k = 0; k < back.length; k++) back[k] -= table.end[rows[k]];
  const groups: Int32Array[] = [];
  let from = 0;
  let disordered = 0;
  for (let k = 1; k <= entries.length; k++) {
    const stamp = k < entries.length ? table.end[rows[entries[k]]] : Number.NaN;
    if (stamp < table.end[rows[entries[k - 1]]]) disordered++;
    if (stamp === table.end[rows[entries[from]]]) continue;
    const group = entries
      .subarray(from, k)
      .filter((i) => uncertainty[rows[i]] >= width[i] / 2 && width[i] > 0 && !Number.isNaN(back[i]));
    if (group.length > 0) groups.push(group);
    from = k;
  }
  return disordered <= DISORDER * entries.length ? { groups, back, width } : null;
}

/** Moves each grouped entry of `start` (estimates, µs) to a random place within its tick. */
export function drawWithinTicks({ groups, back, width }: Ticks, start: Float64Array, random: Random): void {
  for (const group of groups) {
    const places = new Float64Array(group.length);
    for (let k = 0; k < places.length; k++) places[k] = random();
    places.sort();
    for (let k = 0; k < group.length; k++) start[group[k]] += places[k] * width[group[k]] - back[group[k]];
  }
}

/** The same for a subset of the entries; `kept` ascends. */
export function keepEntries({ groups, back, width }: Ticks, kept: Int32Array): Ticks {
  const place = new Map(Array.from(kept, (entry, i) => [entry, i]));
  const left = groups.map((group) =>
    Int32Array.from(
      Array.from(group).filter((i) => place.has(i)),
      (i) => place.get(i)!,
    ),
  );
  return {
    groups: left.filter((group) => group.length > 0),
    back: floatsAt(back, kept),
    width: floatsAt(width, kept),
  };
}
