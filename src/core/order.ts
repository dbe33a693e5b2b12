/** Sorts numbers with native sorts, which are several times faster than sorts that call a comparison function. */
import { indicesBelow } from './columns.ts';

/**
 * Indices in the order of their values, which must not be NaN. Values that are equal after multiplication by the scale and rounding down
 * keep the order of their indices. The scale is `mostScale`, or less if value and index would not fit into 53 bits.
 */
export function packedOrder(values: Float64Array, mostScale: number): Int32Array {
  const n = values.length;
  if (n === 0) return new Int32Array(0);
  let least = values[0];
  let most = values[0];
  let isAscending = true;
  for (let i = 1; i < n; i++) {
    if (values[i] < values[i - 1]) isAscending = false;
    if (values[i] < least) least = values[i];
    else if (values[i] > most) most = values[i];
  }
  if (isAscending) return indicesBelow(n);
  const places = 2 ** Math.ceil(Math.log2(n + 1));
  const scale = most > least ? Math.min(mostScale, (2 ** 53 / places - 1) / (most - least)) : 0;
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = Math.floor((values[i] - least) * scale);
  const dealt = dealtByKey(keys, Math.floor((most - least) * scale));
  // If most values fall into a few of the parts, they are sorted as numbers.
  if (moveToOrder(dealt, keys, FEW_MOVES)) return dealt;
  for (let i = 0; i < n; i++) keys[i] = keys[i] * places + i;
  keys.sort();
  const order = new Int32Array(n);
  for (let k = 0; k < n; k++) order[k] = keys[k] % places;
  return order;
}

/** Deals the indices into parts by their key: as many equal parts of [0, most] as there are keys. */
function dealtByKey(keys: Float64Array, most: number): Int32Array {
  const n = keys.length;
  const perKey = most > 0 ? (n - 1) / most : 0;
  const next = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) next[Math.floor(keys[i] * perKey) + 1]++;
  for (let part = 1; part < n; part++) next[part] += next[part - 1];
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[next[Math.floor(keys[i] * perKey)]++] = i;
  return order;
}

/** If so many moves per index are not enough, one far value has left too few bits to distinguish the others. */
const MOST_MOVES = 32;

/** Values that need at most so many moves per index are sorted faster by insertion than by packing, sorting and unpacking. */
const FEW_MOVES = 4;

/** Indices in the order of their values, which must be finite; equal values keep the order of their indices. */
export function ascendingOrder(values: Float64Array): Int32Array {
  const given = indicesBelow(values.length);
  if (moveToOrder(given, values, FEW_MOVES)) return given;
  const order = packedOrder(values, Number.MAX_VALUE);
  // Values that packing cannot distinguish are next to each other.
  return moveToOrder(order, values, MOST_MOVES) ? order : order.sort((a, b) => values[a] - values[b] || a - b);
}

/** Sorts indices by insertion, with at most so many moves per index on average. @returns whether that was enough */
function moveToOrder(order: Int32Array, values: Float64Array, most: number): boolean {
  let left = most * order.length;
  for (let k = 1; k < order.length; k++) {
    const index = order[k];
    const value = values[index];
    let at = k;
    for (; at > 0 && values[order[at - 1]] > value; at--) order[at] = order[at - 1];
    order[at] = index;
    left -= k - at;
    if (left < 0) return false;
  }
  return true;
}

/** Sorts instants in place. They are often sorted already, as lines are written when requests end. */
export function sortInstants(micros: Float64Array): Float64Array {
  let i = 1;
  while (i < micros.length && micros[i] >= micros[i - 1]) i++;
  return i < micros.length ? micros.sort() : micros;
}

/** Sorts waits in place. Most are often 0: only the others are sorted. */
export function sortWaits(waits: Float64Array): Float64Array {
  let zeros = 0;
  for (let i = 0; i < waits.length; i++) {
    if (waits[i] < 0) return waits.sort();
    if (waits[i] === 0) zeros++;
  }
  if (zeros === 0) return waits.sort();
  let put = waits.length;
  for (let i = waits.length - 1; i >= 0; i--) if (waits[i] !== 0) waits[--put] = waits[i];
  waits.fill(0, 0, put);
  waits.subarray(put).sort();
  return waits;
}

/** Index of the smallest value, the first one of equals; 0 if there are none. */
export function placeOfLeast(values: Float64Array): number {
  let least = 0;
  for (let k = 1; k < values.length; k++) if (values[k] < values[least]) least = k;
  return least;
}
