/**
 * Draws where within the tick of its stamp each request ended (or began, if the stamp means that). Lines are written as requests end, so the
 * ends within one tick are in the order of their lines: sorted uniform draws are a uniform draw among all such placements.
 */
import { floatsAt } from '../core/columns.ts';
import type { InferredRequests } from '../core/inference.ts';
import { ascendingOrder } from '../core/order.ts';
import type { Random } from '../core/random.ts';
import type { RequestTable } from '../core/table.ts';

export interface Ticks {
  /** Groups of entries that share a stamp, each in the order of its lines. */
  readonly groups: readonly Int32Array[];
  /** µs per entry, from the beginning of the tick to the estimated instant: subtracting it moves the entry to the beginning of its tick. */
  readonly back: Float64Array;
  /** Width of the tick, µs per entry. */
  readonly width: Float64Array;
}

/** If the stamps of more than this share of neighbouring lines go backwards, the order of lines says nothing about the order of ends. */
const DISORDER = 0.01;
/**
 * An instant whose uncertainty is below this share of its tick counts as known: the inference knows it better than the stamp, because a
 * worker runs one request after the other.
 */
const KNOWN = 0.5;
/**
 * The same limit for instants that follow from inferred waits. It is stricter: in ten recorded pools of sync workers, 30 % of the starts
 * lay exactly where they were inferred to be, which made the arrivals too even for independent callers.
 */
const KNOWN_IF_INFERRED = 0.02;

/**
 * Groups the entries of `rows` (indices of the table) that share a stamp and whose instant within the tick is not known. Entries with a
 * known instant or without a stamp are in no group. `areInferred`: the instants follow from inferred waits.
 */
export function ticksOf(
  table: RequestTable,
  rows: readonly number[],
  { start, end, uncertainty }: InferredRequests,
  areInferred: boolean,
): Ticks {
  const known = areInferred ? KNOWN_IF_INFERRED : KNOWN;
  /** The stamp of a row: of its end, or of its start if it has no end. */
  const stampOf = (row: number): number => (Number.isNaN(table.end[row]) ? table.start[row] : table.end[row]);
  const entries = ascendingOrder(new Float64Array(rows));
  const width = floatsAt(table.resolution, rows);
  const back = Float64Array.from(rows, (row) =>
    Number.isNaN(table.end[row]) ? start[row] - table.start[row] : end[row] - table.end[row],
  );
  const groups: Int32Array[] = [];
  let from = 0;
  let disordered = 0;
  for (let k = 1; k <= entries.length; k++) {
    const stamp = k < entries.length ? stampOf(rows[entries[k]]) : Number.NaN;
    if (stamp < stampOf(rows[entries[k - 1]])) disordered++;
    if (stamp === stampOf(rows[entries[from]])) continue;
    const group = entries
      .subarray(from, k)
      .filter((i) => width[i] > 0 && uncertainty[rows[i]] >= known * width[i] && !Number.isNaN(back[i]));
    if (group.length > 0) groups.push(group);
    from = k;
  }
  const isOrdered = disordered <= DISORDER * entries.length;
  // Where the order of the lines says nothing, each entry is a group of its own, so it is drawn independently.
  return {
    groups: isOrdered ? groups : groups.flatMap((group) => Array.from(group, (i) => Int32Array.of(i))),
    back,
    width,
  };
}

/** Moves each grouped entry of `start` (estimates, µs) to a random instant within its tick, keeping the order of the lines. */
export function drawWithinTicks({ groups, back, width }: Ticks, start: Float64Array, random: Random): void {
  for (const group of groups) {
    const places = new Float64Array(group.length);
    for (let k = 0; k < places.length; k++) places[k] = random();
    places.sort();
    for (let k = 0; k < group.length; k++) start[group[k]] += places[k] * width[group[k]] - back[group[k]];
  }
}

/** The ticks of a subset of the entries, renumbered. `kept` ascends. */
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
