/**
 * Poisson laws of the number of arrivals in an epoch, kept by their mean: the engine asks for the same means over and over,
 * for every level of every model on every history. Means are rounded to one part in a hundred, far less than the levels
 * of a rate lie apart.
 */

/** Probabilities of `from`, `from` + 1, … units of arrivals. */
export interface Kernel {
  readonly from: number;
  readonly mass: Float64Array;
}

/** Of ln mean. */
const STEP = 0.01;
/** Below this mean nothing arrives. */
const LEAST_MEAN = 1e-12;
const REACH = 6;

/** By units, by the rounded logarithm of the mean. Bounded by the means that occur between 1e-12 and some thousand. */
const kept = new Map<number, Map<number, Kernel>>();

/** @param unit arrivals are counted in units of so many, by the normal law where that is more than one */
export function poissonKernel(mean: number, unit: number): Kernel {
  let ofUnit = kept.get(unit);
  if (!ofUnit) kept.set(unit, (ofUnit = new Map()));
  const key = Math.round(Math.log(Math.max(LEAST_MEAN, mean)) / STEP);
  let kernel = ofUnit.get(key);
  if (!kernel) ofUnit.set(key, (kernel = kernelOf(Math.exp(key * STEP), unit)));
  return kernel;
}

function kernelOf(mean: number, unit: number): Kernel {
  const centre = mean / unit;
  const deviation = unit === 1 ? Math.sqrt(centre) : Math.max(0.35, Math.sqrt(mean) / unit);
  const from = Math.max(0, Math.floor(centre - REACH * deviation - 1));
  const to = Math.ceil(centre + REACH * deviation + (unit === 1 ? REACH : 1));
  const mass = new Float64Array(to - from + 1);
  if (unit === 1) {
    let logFactorial = 0;
    for (let k = 2; k <= from; k++) logFactorial += Math.log(k);
    let p = Math.exp(from * Math.log(centre) - centre - logFactorial);
    for (let k = from; k <= to; k++) {
      mass[k - from] = p;
      p *= centre / (k + 1);
    }
    return { from, mass };
  }
  let sum = 0;
  for (let k = from; k <= to; k++) {
    const z = (k - centre) / deviation;
    mass[k - from] = Math.exp((-z * z) / 2);
    sum += mass[k - from];
  }
  for (let k = 0; k < mass.length; k++) mass[k] /= sum;
  return { from, mass };
}
