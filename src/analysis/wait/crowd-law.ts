/**
 * Crowds: callers who come together now and then, beside those who come alone. How many is not known: more than n with a probability that
 * falls as 1 / n, so ten times as many are a tenth as likely, and no size is the usual one. As a mixture of geometric laws, with which
 * another law convolves in one pass.
 */
import type { ArrivalModel } from './arrival-models.ts';
import type { Run } from './convolve.ts';
import type { Draws } from './draws.ts';
import { chancesIn, type Epochs } from './epochs.ts';
import { poissonKernels } from './poisson-kernels.ts';

const MEANS = [2, 8, 32, 128, 512, 2048];
const SUM = MEANS.reduce((sum, mean) => sum + 1 / mean, 0);
const PARTS = MEANS.map((mean) => ({ weight: 1 / mean / SUM, stay: 1 - 1 / mean }));

/** By callers per unit: P(a crowd is of so many units), as far as somebody asked. */
const sizes = new Map<number, number[]>();

function sizesIn(unit: number): number[] {
  let known = sizes.get(unit);
  if (!known) sizes.set(unit, (known = [0]));
  return known;
}

function chanceOfSize(unit: number, units: number): number {
  let sum = 0;
  for (const { weight, stay } of PARTS) {
    const again = stay ** unit;
    sum += weight * (1 - again) * again ** (units - 1);
  }
  return sum;
}

/** The crowds of one model in the congestion periods of one history. */
export class Crowds {
  readonly #epochs: Epochs;
  readonly #model: ArrivalModel;
  /** By epoch: P(a caller comes in it who may bring a crowd). */
  readonly #came: Float64Array;

  constructor(epochs: Epochs, model: ArrivalModel) {
    this.#epochs = epochs;
    this.#model = model;
    const { perSecond } = model;
    this.#came = chancesIn(epochs, `caller ${perSecond}`, (seconds) => 1 - Math.exp(-perSecond * seconds));
  }

  /** P(a crowd comes in epoch `e`): with the caller who filled the pool, or since. */
  chance(e: number): number {
    return this.#model.crowd * ((this.#epochs.taken[e] === 0 ? 1 : 0) + this.#came[e]);
  }

  /** Units of other callers who come in the same epoch at level `l`. */
  others(e: number, l: number): number {
    return Math.round((this.#model.levels[l] * this.#epochs.span[e]) / this.#epochs.unit[e]);
  }

  /** Adds to `target` what epoch `e` with a crowd makes of `law`, whose first count is the one at `shift` of the target. */
  add(target: Run, law: Run, e: number, l: number, shift: number): void {
    const { values: sums } = target;
    const { values: p } = law;
    const chance = this.chance(e);
    const first = shift + this.others(e, l) + 1;
    for (const { weight, stay } of PARTS) {
      const again = stay ** this.#epochs.unit[e];
      const share = chance * weight * (1 - again);
      let part = 0;
      for (let y = first; y < target.length; y++) {
        const k = y - first;
        part = again * part + (k < law.length ? p[law.at + k] : 0);
        if (y >= 0) sums[target.at + y] += share * part;
      }
    }
  }

  /** P(so many units come in epoch `e` at level `l`, and a crowd among them). */
  likelihood(e: number, l: number, units: number): number {
    return this.chance(e) * this.ofSize(e, units - this.others(e, l));
  }

  /** P(a crowd that comes in epoch `e` is of so many units). */
  ofSize(e: number, units: number): number {
    if (units < 1) return 0;
    const unit = this.#epochs.unit[e];
    const known = sizesIn(unit);
    while (known.length <= units) known.push(chanceOfSize(unit, known.length));
    return known[units];
  }

  /** Of so many units that came in epoch `e` at level `l` those who came in a crowd. */
  draw(e: number, l: number, units: number, draws: Draws): number {
    const together = this.likelihood(e, l, units);
    if (together === 0) return 0;
    const { span, unit } = this.#epochs;
    const kernel = poissonKernels(unit[e]).of(Math.log(this.#model.levels[l]) + Math.log(span[e]));
    const alone = (1 - this.chance(e)) * (kernel.mass[units - kernel.from] ?? 0);
    return draws.next() * (together + alone) < together ? units - this.others(e, l) : 0;
  }

  /** s: when the crowd of epoch `e` came; one that filled the pool came with the caller who did. */
  instant(e: number, draws: Draws): number {
    const { at, span, taken } = this.#epochs;
    return taken[e] === 0 ? at[e] - span[e] : at[e] - draws.next() * span[e];
  }
}
