/** How many requests ran beside each request: at its start, and on average over its service. */
import { indicesBelow } from '../core/columns.ts';
import { countUpTo } from '../core/statistics.ts';

export interface Levels {
  /** Requests in service just before this one started, without itself. */
  readonly atStart: Float64Array;
  /** Mean over its own service, with itself. */
  readonly average: Float64Array;
}

/**
 * `start` (ascending) and `service` in µs; only rows of the same `group` count for each other (null: all rows are one group). O(n log n).
 */
export function levelsSeen(start: Float64Array, service: Float64Array, group: Int32Array | null): Levels {
  const n = start.length;
  const levels: Levels = { atStart: new Float64Array(n), average: new Float64Array(n) };
  if (!group) {
    fill(start, service, indicesBelow(n), levels);
    return levels;
  }
  const members = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const list = members.get(group[i]);
    if (list) list.push(i);
    else members.set(group[i], [i]);
  }
  for (const rows of members.values()) fill(start, service, Int32Array.from(rows), levels);
  return levels;
}

/** Fills the levels of the given rows (ascending by start), from the integral over time of starts minus ends. */
function fill(start: Float64Array, service: Float64Array, rows: Int32Array, levels: Levels): void {
  const n = rows.length;
  // Relative to the first start: sums of absolute instants would pass 2^53 and lose microseconds.
  const origin = n > 0 ? start[rows[0]] : 0;
  const starts = new Float64Array(n);
  const ends = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    starts[k] = start[rows[k]] - origin;
    ends[k] = starts[k] + service[rows[k]];
  }
  ends.sort();
  const startArea = prefix(starts);
  const endArea = prefix(ends);
  // Area under the level up to t: each start s <= t adds t - s, each end e <= t subtracts t - e.
  const area = (t: number, begun: number, ended: number): number =>
    begun * t - startArea[begun] - (ended * t - endArea[ended]);
  let begun = 0;
  let ended = 0;
  for (let k = 0; k < n; k++) {
    const row = rows[k];
    const from = starts[k];
    while (begun < n && starts[begun] <= from) begun++;
    while (ended < n && ends[ended] <= from) ended++;
    levels.atStart[row] = Math.max(0, k - ended);
    const to = from + service[row];
    levels.average[row] =
      service[row] > 0
        ? Math.max(1, (area(to, countUpTo(starts, to), countUpTo(ends, to)) - area(from, begun, ended)) / service[row])
        : 1;
  }
}

/** prefix(v)[i] = v[0] + … + v[i - 1] */
function prefix(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return sums;
}
