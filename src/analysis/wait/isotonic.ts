/** The closest non-decreasing sequence to `values` by least squares (pool adjacent violators). */
export function isotonic(values: Float64Array): Float64Array {
  const sums: number[] = [];
  const counts: number[] = [];
  for (const value of values) {
    let [sum, count] = [value, 1];
    for (let last = sums.length - 1; last >= 0 && sums[last] / counts[last] > sum / count; last--) {
      sum += sums.pop() as number;
      count += counts.pop() as number;
    }
    sums.push(sum);
    counts.push(count);
  }
  const nearest = new Float64Array(values.length);
  let i = 0;
  for (let k = 0; k < sums.length; i += counts[k], k++) nearest.fill(sums[k] / counts[k], i, i + counts[k]);
  return nearest;
}
