/** Columns of numbers in plain loops. `Float64Array.from(rows, (row) => …)` calls an iterator for each value, and is ten times slower. */

/** The values of a column at the given rows, in their order. */
export function floatsAt(column: ArrayLike<number>, rows: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < picked.length; k++) picked[k] = column[rows[k]];
  return picked;
}

/** The same for integers. */
export function integersAt(column: ArrayLike<number>, rows: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const picked = new Int32Array(rows.length);
  for (let k = 0; k < picked.length; k++) picked[k] = column[rows[k]];
  return picked;
}

/** 0, 1, 2 … below `length`. */
export function indicesBelow(length: number): Int32Array<ArrayBuffer> {
  const indices = new Int32Array(length);
  for (let i = 0; i < length; i++) indices[i] = i;
  return indices;
}

/** First row from `row` on whose value is not in [low, behind); `length` if there is none. */
export function endOfRun(values: Float64Array, row: number, length: number, low: number, behind: number): number {
  let end = row;
  while (end < length && values[end] >= low && values[end] < behind) end++;
  return end;
}
