/**
 * Where within the tick of its stamp each request ended (or began, if its stamp means that). Lines are written as requests end, so the ends within one tick have the order of
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
  /** From the beginning of the tick to the estimated instant of the stamp, µs per entry: subtracting it moves the entry to the beginning of its tick. */
  readonly back: Float64Array;
  /** Width of the tick, µs per entry. */
  readonly width: Float64Array;
}

/** Share of neighbouring lines whose stamps may go backwards; beyond it the order of lines says nothing about the order of ends. */
const DISORDER = 0.01;
/** A place known to less than this share of its tick is known better than the stamp tells it: workers run one request after the other. */
const KNOWN = 0.5;
/**
 * The same where the places are those of inferred waits: of the starts of ten recorded pools of sync workers, three of ten lay where they were
 * inferred to be, in arrivals too even for callers at random.
 */
const KNOWN_IF_INFERRED = 0.02;

/**
 * Groups those of `rows` (indices of the table) whose stamp is a tick in which their place is not known. Entries whose place is known, or
 * that have no stamp, are in no group. `areInferred`: the places are those of inferred waits.
 */
export function ticksOf(
  table: RequestTable,
  rows: readonly number[],
  { start, end, uncertainty }: InferredRequests,
  areInferred: boolean,
): Ticks {
  const known = areInferred ? KNOWN_IF_INFERRED : KNOWN;
  /** The stamp of a row of the table: that of its end, or else of its start. */
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
  // Where the order of the lines says nothing, every entry is drawn by itself.
  return {
    groups: isOrdered ? groups : groups.flatMap((group) => Array.from(group, (i) => Int32Array.of(i))),
    back,
    width,
  };
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
