/** Indices in the order of their values, by one native sort of numbers: value and index packed into 53 bits. */

/** Values must not be NaN. Ties, and values closer than range / 2^(53 - bits of the index), keep the order of indices. */
export function orderOf(values: Float64Array): Int32Array {
  const n = values.length;
  const order = new Int32Array(n);
  if (n === 0) return order;
  let least = values[0];
  let most = values[0];
  for (let i = 1; i < n; i++) {
    if (values[i] < least) least = values[i];
    else if (values[i] > most) most = values[i];
  }
  const places = 2 ** Math.ceil(Math.log2(n + 1));
  const scale = Math.min(1, (2 ** 53 / places - 1) / Math.max(1, most - least));
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = Math.floor((values[i] - least) * scale) * places + i;
  keys.sort();
  for (let k = 0; k < n; k++) order[k] = keys[k] % places;
  return order;
}
