/**
 * Crowds: callers who come together now and then, beside those who come alone. Their size is unknown: it exceeds n with a probability that
 * falls as 1 / n, so ten times as many are a tenth as likely, and no size is typical. This law is written as a mixture of geometric laws,
 * because another law can be convolved with each of them in one pass.
 */
import type { ArrivalModel } from './arrival-models.ts';
import type { Run } from './convolve.ts';
import type { Draws } from './draws.ts';
import { chancesIn, type Epochs } from './epochs.ts';
import { poissonKernels } from './poisson-kernels.ts';

const MEANS = [2, 8, 32, 128, 512, 2048];
const SUM = MEANS.reduce((sum, mean) => sum + 1 / mean, 0);
const PARTS = MEANS.map((mean) => ({ weight: 1 / mean / SUM, stay: 1 - 1 / mean }));

/** By callers per unit: P(a crowd has this many units), by number of units, as far as it has been asked for. */
const sizes = new Map<number, number[]>();

function sizesIn(unit: number): number[] {
  let known = sizes.get(unit);
  if (!known) sizes.set(unit, (known = [0]));
  return known;
}

/** By callers per unit: for each part of the mixture, P(one more unit). */
const agains = new Map<number, Float64Array>();

function againIn(unit: number): Float64Array {
  let known = agains.get(unit);
  if (!known) agains.set(unit, (known = Float64Array.from(PARTS, ({ stay }) => stay ** unit)));
  return known;
}

function chanceOfSize(unit: number, units: number): number {
  let sum = 0;
  const agains = againIn(unit);
  for (const [part, { weight }] of PARTS.entries()) {
    const again = agains[part];
    sum += weight * (1 - again) * again ** (units - 1);
  }
  return sum;
}

/** The crowds of one model in the congestion periods of one history. */
export class Crowds {
  readonly #epochs: Epochs;
  readonly #model: ArrivalModel;
  /** By epoch: P(a caller who may bring a crowd arrives in it). */
  readonly #came: Float64Array;

  constructor(epochs: Epochs, model: ArrivalModel) {
    this.#epochs = epochs;
    this.#model = model;
    const { perSecond } = model;
    this.#came = chancesIn(epochs, `caller ${perSecond}`, (seconds) => 1 - Math.exp(-perSecond * seconds));
  }

  /** P(a crowd comes in epoch `e`), either with the caller who filled the pool or later. */
  chance(e: number): number {
    return this.#model.crowd * ((this.#epochs.taken[e] === 0 ? 1 : 0) + this.#came[e]);
  }

  /** Usual number of units of other arrivals in epoch `e` at level `l`. */
  others(e: number, l: number): number {
    return Math.round((this.#model.levels[l] * this.#epochs.span[e]) / this.#epochs.unit[e]);
  }

  /**
   * Adds to `target` the law of the counts after epoch `e` with a crowd, where `law` is that before it. The first count of `law` is at
   * `shift` in the target.
   */
  add(target: Run, law: Run, e: number, l: number, shift: number): void {
    const { values: sums, at, length } = target;
    const { values: p } = law;
    const first = shift + this.others(e, l) + 1;
    // The running sums of the six geometric laws are written out side by side: in each of them a step has to wait for the one before.
    const again = againIn(this.#epochs.unit[e]);
    const again0 = again[0];
    const again1 = again[1];
    const again2 = again[2];
    const again3 = again[3];
    const again4 = again[4];
    const again5 = again[5];
    const chance = this.chance(e);
    const share0 = chance * PARTS[0].weight * (1 - again0);
    const share1 = chance * PARTS[1].weight * (1 - again1);
    const share2 = chance * PARTS[2].weight * (1 - again2);
    const share3 = chance * PARTS[3].weight * (1 - again3);
    const share4 = chance * PARTS[4].weight * (1 - again4);
    const share5 = chance * PARTS[5].weight * (1 - again5);
    let part0 = 0;
    let part1 = 0;
    let part2 = 0;
    let part3 = 0;
    let part4 = 0;
    let part5 = 0;
    for (let y = first, k = 0; y < length; y++, k++) {
      const f = k < law.length ? p[law.at + k] : 0;
      part0 = again0 * part0 + f;
      part1 = again1 * part1 + f;
      part2 = again2 * part2 + f;
      part3 = again3 * part3 + f;
      part4 = again4 * part4 + f;
      part5 = again5 * part5 + f;
      if (y < 0) continue;
      sums[at + y] =
        sums[at + y] +
        share0 * part0 +
        share1 * part1 +
        share2 * part2 +
        share3 * part3 +
        share4 * part4 +
        share5 * part5;
    }
  }

  /** P(`units` units arrive in epoch `e` at level `l`, and a crowd among them). */
  likelihood(e: number, l: number, units: number): number {
    return this.chance(e) * this.ofSize(e, units - this.others(e, l));
  }

  /** P(a crowd that comes in epoch `e` has `units` units). */
  ofSize(e: number, units: number): number {
    if (units < 1) return 0;
    const unit = this.#epochs.unit[e];
    const known = sizesIn(unit);
    while (known.length <= units) known.push(chanceOfSize(unit, known.length));
    return known[units];
  }

  /** Draws how many of the `units` units that arrived in epoch `e` at level `l` came in a crowd; 0: no crowd came. */
  draw(e: number, l: number, units: number, draws: Draws): number {
    const together = this.likelihood(e, l, units);
    if (together === 0) return 0;
    const { span, unit } = this.#epochs;
    const kernel = poissonKernels(unit[e]).of(Math.log(this.#model.levels[l]) + Math.log(span[e]));
    const alone = (1 - this.chance(e)) * (kernel.mass[units - kernel.from] ?? 0);
    return draws.next() * (together + alone) < together ? units - this.others(e, l) : 0;
  }

  /** s: when the crowd of epoch `e` came. If it filled the pool, it came with the caller who did, at the beginning of the epoch. */
  instant(e: number, draws: Draws): number {
    const { at, span, taken } = this.#epochs;
    return taken[e] === 0 ? at[e] - span[e] : at[e] - draws.next() * span[e];
  }
}
