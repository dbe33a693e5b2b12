/** `length` values of an array, from index `at` on. */
export interface Run {
  readonly values: Float64Array;
  readonly at: number;
  readonly length: number;
}

/**
 * Adds to `target` the convolution of `weights` and `law`: at y, Σ_x weights[x] · law[y - x - shift]. What falls outside of `target` is
 * lost.
 *
 * Each sum is in the order of the weights. For speed, four weights and four places are handled at a time: `target` is read and written a
 * quarter as often, and values of the law are not copied between variables, which takes a third of the time of handling one place at a
 * time.
 */
export function addConvolution(target: Run, weights: Run, law: Run, shift: number): void {
  const { values: sums } = target;
  const { values: p } = law;
  const { values: w, at, length } = weights;
  for (let x = 0; x < length; x += 4) {
    const w0 = w[at + x];
    const w1 = x + 1 < length ? w[at + x + 1] : 0;
    const w2 = x + 2 < length ? w[at + x + 2] : 0;
    const w3 = x + 3 < length ? w[at + x + 3] : 0;
    if (w0 === 0 && w1 === 0 && w2 === 0 && w3 === 0) continue;
    const from = Math.max(0, -shift - x);
    const to = law.at + Math.min(law.length + 3, target.length - shift - x);
    const inLaw = Math.min(law.at + law.length, to);
    let p1 = chanceOf(law, from - 1);
    let p2 = chanceOf(law, from - 2);
    let p3 = chanceOf(law, from - 3);
    let k = law.at + from;
    let y = target.at + shift + x + from;
    for (; k + 3 < inLaw; k += 4, y += 4) {
      const a = p[k];
      const b = p[k + 1];
      const c = p[k + 2];
      const d = p[k + 3];
      sums[y] = sums[y] + w0 * a + w1 * p1 + w2 * p2 + w3 * p3;
      sums[y + 1] = sums[y + 1] + w0 * b + w1 * a + w2 * p1 + w3 * p2;
      sums[y + 2] = sums[y + 2] + w0 * c + w1 * b + w2 * a + w3 * p1;
      sums[y + 3] = sums[y + 3] + w0 * d + w1 * c + w2 * b + w3 * a;
      p3 = b;
      p2 = c;
      p1 = d;
    }
    for (; k < inLaw; k++, y++) {
      const p0 = p[k];
      sums[y] = sums[y] + w0 * p0 + w1 * p1 + w2 * p2 + w3 * p3;
      p3 = p2;
      p2 = p1;
      p1 = p0;
    }
    for (; k < to; k++, y++) {
      sums[y] = sums[y] + w1 * p1 + w2 * p2 + w3 * p3;
      p3 = p2;
      p2 = p1;
      p1 = 0;
    }
  }
}

const chanceOf = ({ values, at, length }: Run, k: number): number => (k >= 0 && k < length ? values[at + k] : 0);
