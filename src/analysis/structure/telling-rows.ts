/**
 * One request may be logged twice: by the server and by the proxy in front of it. If inputs overlap in time and differ in what their lines
 * carry, only those that carry most are used; the others would count every request again.
 */
import type { RequestTable } from '../../core/table.ts';

interface Input {
  rows: number;
  workers: number;
  durations: number;
  from: number;
  to: number;
}

/** Rows of the inputs whose lines carry most; null: all rows. */
export function tellingRows(table: RequestTable): Int32Array | null {
  const inputs = new Map<number, Input>();
  for (let i = 0; i < table.length; i++) {
    const source = table.source[i];
    let input = inputs.get(source);
    if (!input) {
      input = { rows: 0, workers: 0, durations: 0, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
      inputs.set(source, input);
    }
    const stamp = Number.isNaN(table.end[i]) ? table.start[i] : table.end[i];
    input.rows++;
    if (table.worker[i] >= 0) input.workers++;
    if (table.duration[i] >= 0) input.durations++;
    if (stamp < input.from) input.from = stamp;
    if (stamp > input.to) input.to = stamp;
  }
  if (inputs.size < 2) return null;
  const ranks = new Map([...inputs].map(([source, input]) => [source, rankOf(input)]));
  const best = Math.max(...ranks.values());
  const telling = [...inputs].filter(([source]) => ranks.get(source) === best).map(([, input]) => input);
  const others = [...inputs].filter(([source]) => ranks.get(source) !== best).map(([, input]) => input);
  if (!others.some((other) => telling.some((input) => input.from < other.to && other.from < input.to))) return null;
  const rows: number[] = [];
  for (let i = 0; i < table.length; i++) if (ranks.get(table.source[i]) === best) rows.push(i);
  return Int32Array.from(rows);
}

const rankOf = ({ rows, workers, durations }: Input): number =>
  (workers > rows / 2 ? 2 : 0) + (durations > rows / 2 ? 1 : 0);

/** A column over the chosen rows, spread over all rows of the table again; NaN elsewhere. */
export function spread(column: Float64Array, rows: Int32Array, length: number): Float64Array {
  const wide = new Float64Array(length).fill(Number.NaN);
  for (let k = 0; k < rows.length; k++) wide[rows[k]] = column[k];
  return wide;
}
