/**
 * Arrivals of callers who do not wait for each other, sampled exactly given when every request started.
 *
 * Forward over the epochs of a history, with f(j, l) the probability of j arrivals since the congestion period opened
 * (in units of u callers) and a rate at level l:
 *   f'(j', l) = 1[j' >= needed] Σ_j f(j, l) Poisson(j' - j; λ_l · span), then the rate may change its level;
 * between periods f is a law over levels alone, and every fresh start has the likelihood λ_l exp(-λ_l · span). Backward,
 * levels and counts are drawn; arrivals of an epoch are uniform in it. Forward filtering, backward sampling; for one
 * level this is Larson's queue inference engine in O(N √N).
 */
import type { ArrivalModel } from './arrival-models.ts';
import type { Draws } from './draws.ts';
import { type Epochs, FRESH, INSIDE, LAST, SILENCE } from './epochs.ts';
import { type Kernel, poissonKernel } from './poisson-kernels.ts';

export interface ArrivalSample {
  /** s that each request waited, by request. */
  readonly wait: Float64Array;
  /** Arrivals/s in each epoch. */
  readonly rate: Float64Array;
}

/** A band of counts [low, low + width) at every level: mass[l · width + j - low]. */
interface Band {
  readonly low: number;
  readonly width: number;
  readonly mass: Float64Array;
}

const PRUNED = 1e-8;

export class OpenArrivals {
  readonly #epochs: Epochs;
  readonly #model: ArrivalModel;
  readonly #before: Band[] = [];
  readonly #after: Band[] = [];
  readonly #kernels: (Kernel[] | null)[] = [];
  /** ln P(the starts | the model), up to a constant that all models of a path share. */
  readonly logLikelihood: number;

  constructor(epochs: Epochs, model: ArrivalModel) {
    this.#epochs = epochs;
    this.#model = model;
    let band: Band = { low: 0, width: 1, mass: model.chance.slice() };
    let likelihood = 0;
    for (let e = 0; e < epochs.length; e++) {
      this.#before.push(band);
      const inPeriod = epochs.kind[e] === INSIDE || epochs.kind[e] === LAST;
      const kernels = inPeriod ? this.#kernelsOf(e) : null;
      const next = kernels ? this.#inPeriod(e, band, kernels) : this.#alone(e, band);
      likelihood += scale(next.mass, model.chance);
      const kept = prune(next, model.levels.length);
      this.#changeLevel(kept, epochs.span[e]);
      this.#kernels.push(kernels);
      this.#after.push(kept);
      band = epochs.kind[e] === LAST ? levelsOnly(kept, model.levels.length) : kept;
    }
    this.logLikelihood = likelihood;
  }

  #kernelsOf(e: number): Kernel[] {
    const { span, unit } = this.#epochs;
    return Array.from(this.#model.levels, (rate) => poissonKernel(rate * span[e], unit[e]));
  }

  /** Time in which every arrival starts at once. */
  #alone(e: number, band: Band): Band {
    const { levels } = this.#model;
    const mass = new Float64Array(levels.length);
    const arrives = this.#epochs.kind[e] === FRESH;
    for (let l = 0; l < levels.length; l++) {
      const rate = levels[l];
      mass[l] = band.mass[l] * Math.exp(-rate * this.#epochs.span[e]) * (arrives ? rate : 1);
    }
    return { low: 0, width: 1, mass };
  }

  #inPeriod(e: number, band: Band, kernels: Kernel[]): Band {
    const { unit, waiters, needed } = this.#epochs;
    const top = Math.ceil(waiters[e] / unit[e]);
    let low = top;
    let high = 0;
    for (const kernel of kernels) {
      low = Math.min(low, band.low + kernel.from);
      high = Math.max(high, band.low + band.width - 1 + kernel.from + kernel.mass.length - 1);
    }
    low = Math.max(low, needed[e]);
    high = Math.max(low, Math.min(high, top));
    const width = high - low + 1;
    const mass = new Float64Array(kernels.length * width);
    for (let l = 0; l < kernels.length; l++) {
      const { from, mass: p } = kernels[l];
      for (let x = 0; x < band.width; x++) {
        const f = band.mass[l * band.width + x];
        if (f < PRUNED / 1000) continue;
        const base = band.low + x + from - low;
        const until = Math.min(p.length - 1, width - 1 - base);
        for (let k = Math.max(0, -base), y = l * width + base + k; k <= until; k++, y++) mass[y] += f * p[k];
      }
    }
    return { low, width, mass };
  }

  /** The rate may have changed, or all load stopped, by the end of an epoch. */
  #changeLevel({ mass, width }: Band, span: number): void {
    const { chance, hold, stop, levels } = this.#model;
    const change = 1 - Math.exp(-span / hold);
    const stopped = 1 - Math.exp(-span * stop);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let l = 1; l < levels.length; l++) sum += mass[l * width + x];
      for (let l = 1; l < levels.length; l++)
        mass[l * width + x] = (1 - stopped) * ((1 - change) * mass[l * width + x] + change * sum * chance[l]);
      mass[x] += stopped * sum;
    }
  }

  #transition(from: number, to: number, span: number): number {
    const { chance, hold, stop } = this.#model;
    if (from === 0) return to === 0 ? 1 : 0;
    const stopped = 1 - Math.exp(-span * stop);
    if (to === 0) return stopped;
    const change = 1 - Math.exp(-span / hold);
    return (1 - stopped) * ((from === to ? 1 - change : 0) + change * chance[to]);
  }

  sample(draws: Draws): ArrivalSample {
    const { length, kind, at, span, unit, waiters, first, order, start } = this.#epochs;
    const levels = this.#model.levels.length;
    const arrival = start.slice();
    const rate = new Float64Array(length);
    let scratch = new Float64Array(64);
    let level = 0;
    let count = 0;
    for (let e = length - 1; e >= 0; e--) {
      const after = this.#after[e];
      if (e === length - 1) level = Math.floor(pick(after.mass, after.mass.length, draws) / after.width);
      if (kind[e] === LAST) count = after.low;
      const before = this.#before[e];
      const kernels = this.#kernels[e];
      const cells = levels * before.width;
      if (scratch.length < cells) scratch = new Float64Array(2 * cells);
      const mass = scratch.fill(0, 0, cells);
      for (let l = 0; l < levels; l++) {
        const reach = this.#transition(l, level, span[e]);
        if (reach < 1e-12) continue;
        const at = l * before.width;
        if (!kernels) {
          const r = this.#model.levels[l];
          mass[at] = before.mass[at] * reach * Math.exp(-r * span[e]) * (kind[e] === SILENCE ? 1 : r);
          continue;
        }
        const { from, mass: p } = kernels[l];
        const last = count - before.low - from;
        for (let x = Math.max(0, last - p.length + 1); x <= Math.min(before.width - 1, last); x++)
          mass[at + x] = before.mass[at + x] * reach * p[last - x];
      }
      const chosen = pick(mass, cells, draws);
      level = Math.floor(chosen / before.width);
      rate[e] = this.#model.levels[level];
      if (!kernels) continue;
      const earlier = before.low + (chosen % before.width);
      const from = Math.min(waiters[e], earlier * unit[e]);
      const to = Math.min(waiters[e], count * unit[e]);
      const instants = new Float64Array(Math.max(0, to - from));
      for (let k = 0; k < instants.length; k++) instants[k] = at[e] - draws.next() * span[e];
      arrival.set(instants.sort(), first[e] + from);
      count = earlier;
    }
    const wait = new Float64Array(start.length);
    for (let i = 0; i < start.length; i++) wait[order[i]] = Math.max(0, start[i] - arrival[i]);
    return { wait, rate };
  }
}

/** Divides by the sum and returns its logarithm; where nothing is left the model starts anew at a price. */
function scale(mass: Float64Array, chance: Float64Array): number {
  let sum = 0;
  for (const m of mass) sum += m;
  if (!(sum > 1e-300)) {
    const width = mass.length / chance.length;
    for (let l = 0; l < chance.length; l++) mass[l * width] = chance[l];
    return -700;
  }
  for (let x = 0; x < mass.length; x++) mass[x] /= sum;
  return Math.log(sum);
}

/** Without the counts at both ends that no level thinks possible. */
function prune(band: Band, levels: number): Band {
  const { low, width, mass } = band;
  const negligible = (x: number) => {
    for (let l = 0; l < levels; l++) if (mass[l * width + x] > PRUNED) return false;
    return true;
  };
  let from = 0;
  let to = width - 1;
  while (from < to && negligible(from)) from++;
  while (to > from && negligible(to)) to--;
  if (from === 0 && to === width - 1) return band;
  const kept = to - from + 1;
  const narrow = new Float64Array(levels * kept);
  for (let l = 0; l < levels; l++) narrow.set(mass.subarray(l * width + from, l * width + to + 1), l * kept);
  return { low: low + from, width: kept, mass: narrow };
}

function levelsOnly({ width, mass }: Band, levels: number): Band {
  const sums = new Float64Array(levels);
  for (let l = 0; l < levels; l++) for (let x = 0; x < width; x++) sums[l] += mass[l * width + x];
  return { low: 0, width: 1, mass: sums };
}

/** An index below `length`, with probability proportional to its mass. */
function pick(mass: Float64Array, length: number, draws: Draws): number {
  let sum = 0;
  for (let x = 0; x < length; x++) sum += mass[x];
  let u = draws.next() * sum;
  let last = 0;
  for (let x = 0; x < length; x++) {
    if (mass[x] <= 0) continue;
    last = x;
    u -= mass[x];
    if (u <= 0) return x;
  }
  return last;
}
