/** How many requests ran beside each request: at its start, and on average over its life. */
import { indicesBelow } from '../core/columns.ts';
import { countUpTo } from '../core/statistics.ts';

export interface Levels {
  /** Requests in service an instant before this one started, itself not counted. */
  readonly atStart: Float64Array;
  /** Mean over its own life, itself counted. */
  readonly average: Float64Array;
}

/**
 * `start` (ascending) and `service` in µs; `group` tells who shares: rows of another group do not count (-1: all rows
 * are one group). O(n log n).
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

/** For the given rows (ascending by start), from the integral over time of starts minus ends. */
function fill(start: Float64Array, service: Float64Array, rows: Int32Array, levels: Levels): void {
  const n = rows.length;
  // Instants relative to the first start: sums of absolute ones would pass 2^53 and lose the microseconds.
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
  // Area under the level up to t: each of the starts s <= t adds t - s, each of the ends e <= t takes t - e away.
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
