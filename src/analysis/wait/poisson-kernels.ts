/**
 * Poisson laws of the number of arrivals in an epoch, cached by their mean, because the arrival engine needs the same means again for every
 * level of every model on every history. Means are rounded to one part in a hundred, far less than the distance between the levels of a
 * rate.
 */

/** `mass` holds the probabilities of `from`, `from` + 1, … units of arrivals. */
export interface Kernel {
  readonly from: number;
  readonly mass: Float64Array;
}

/** Grid step of ln mean. */
const STEP = 0.01;
/** Least ln mean, in grid steps: below it, nothing arrives. */
const LEAST = Math.round(Math.log(1e-12) / STEP);
const REACH = 6;

/** The laws of arrivals counted in units of `unit` callers; for units of more than one caller, by the normal approximation. */
class PoissonKernels {
  readonly #unit: number;
  /** By grid steps above the least. Means between 1e-12 and some thousand occur, so its size is bounded. */
  readonly #kept: (Kernel | undefined)[] = [];

  constructor(unit: number) {
    this.#unit = unit;
  }

  /** The law of arrivals with mean exp(`logMean`). */
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
