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
/** Of ln mean, in steps: below this nothing arrives. */
const LEAST = Math.round(Math.log(1e-12) / STEP);
const REACH = 6;

/** The laws of arrivals that are counted in units of so many, by the normal law where that is more than one. */
class PoissonKernels {
  readonly #unit: number;
  /** By steps above the least. Bounded by the means that occur between 1e-12 and some thousand. */
  readonly #kept: (Kernel | undefined)[] = [];

  constructor(unit: number) {
    this.#unit = unit;
  }

  /** Arrivals with the mean exp(`logMean`). */
  of(logMean: number): Kernel {
    const step = Math.max(0, Math.round(logMean / STEP) - LEAST);
    let kernel = this.#kept[step];
    if (kernel === undefined) {
      kernel = kernelOf(Math.exp((LEAST + step) * STEP), this.#unit);
      this.#kept[step] = kernel;
    }
    return kernel;
  }
}

const byUnit = new Map<number, PoissonKernels>();

export function poissonKernels(unit: number): PoissonKernels {
  let kernels = byUnit.get(unit);
  if (!kernels) byUnit.set(unit, (kernels = new PoissonKernels(unit)));
  return kernels;
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
