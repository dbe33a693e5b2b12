/** A run of values in an array, from `at` on. */
export interface Run {
  readonly values: Float64Array;
  readonly at: number;
  readonly length: number;
}

/**
 * Adds to `target` the convolution of `weights` and `law`: at y, Σ_x weights[x] · law[y - x - shift]; what falls outside of it is lost.
 *
 * Sums are in the order of the weights. Four weights at a time: a target is read and written a quarter as often, which takes
 * half the time or less.
 */
export function addConvolution(target: Run, weights: Run, law: Run, shift: number): void {
  const { values: sums } = target;
  const { values: p } = law;
  const weight = (x: number) => (x < weights.length ? weights.values[weights.at + x] : 0);
  const chance = (k: number) => (k >= 0 && k < law.length ? p[law.at + k] : 0);
  for (let x = 0; x < weights.length; x += 4) {
    const w0 = weight(x);
    const w1 = weight(x + 1);
    const w2 = weight(x + 2);
    const w3 = weight(x + 3);
    if (w0 === 0 && w1 === 0 && w2 === 0 && w3 === 0) continue;
    const from = Math.max(0, -shift - x);
    const to = Math.min(law.length + 3, target.length - shift - x);
    let p1 = chance(from - 1);
    let p2 = chance(from - 2);
    let p3 = chance(from - 3);
    for (let k = from, y = target.at + shift + x + from; k < to; k++, y++) {
      const p0 = k < law.length ? p[law.at + k] : 0;
      sums[y] = sums[y] + w0 * p0 + w1 * p1 + w2 * p2 + w3 * p3;
      p3 = p2;
      p2 = p1;
      p1 = p0;
    }
  }
}
