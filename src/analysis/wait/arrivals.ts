/**
 * Arrivals, sampled exactly given when every request started.
 *
 * Forward over the epochs of a history, with f(j, l) the probability of j arrivals since the congestion period opened
 * (in units of u callers) and a rate at level l:
 *   f'(j', l) = 1[j' >= needed] Σ_j f(j, l) Poisson(j' - j; λ_l · span), then the rate may change its level;
 * between periods f is a law over levels alone, and every fresh start has the likelihood λ_l exp(-λ_l · span). Backward,
 * levels and counts are drawn; arrivals of an epoch are uniform in it. Forward filtering, backward sampling; for one
 * level this is Larson's queue inference engine in O(N √N).
 *
 * Of U clients who wait for their answers only those come who are not in the system: λ_l (1 - n / U) with n in service or
 * in the queue, which j tells while the pool is full.
 */
import type { ArrivalModel } from './arrival-models.ts';
import type { Draws } from './draws.ts';
import { type Epochs, FRESH, INSIDE, LAST } from './epochs.ts';
import { type Kernel, poissonKernel } from './poisson-kernels.ts';

export interface ArrivalSample {
  /** s that each request waited, by request. */
  readonly wait: Float64Array;
}

/** A band of counts [low, low + width) at every level: mass[l · width + j - low]. */
interface Band {
  readonly low: number;
  readonly width: number;
  readonly mass: Float64Array;
}

const PRUNED = 1e-8;

export class Arrivals {
  readonly #epochs: Epochs;
  readonly #model: ArrivalModel;
  readonly #slots: number;
  /** As many come whoever is in the system. */
  readonly #open: boolean;
  readonly #before: Band[] = [];
  readonly #after: Band[] = [];
  /** ln P(the starts | the model), up to a constant that all models of a path share. */
  readonly logLikelihood: number;

  /** `slots`: of the pool, what is in service while it is full. */
  constructor(epochs: Epochs, model: ArrivalModel, slots: number) {
    this.#epochs = epochs;
    this.#model = model;
    this.#slots = slots;
    this.#open = model.clients === Number.POSITIVE_INFINITY;
    let band: Band = { low: 0, width: 1, mass: model.chance.slice() };
    let likelihood = 0;
    for (let e = 0; e < epochs.length; e++) {
      this.#before.push(band);
      const next = this.#isInPeriod(e) ? this.#inPeriod(e, band) : this.#alone(e, band);
      likelihood += scale(next.mass, model.chance);
      const kept = prune(next, model.levels.length);
      this.#changeLevel(kept, epochs.span[e]);
      this.#after.push(kept);
      band = epochs.kind[e] === LAST ? levelsOnly(kept, model.levels.length) : kept;
    }
    this.logLikelihood = likelihood;
  }

  #isInPeriod(e: number): boolean {
    return this.#epochs.kind[e] === INSIDE || this.#epochs.kind[e] === LAST;
  }

  /** Arrivals per second at level `l` with `n` in the system. */
  #rate(l: number, n: number): number {
    const { levels, clients } = this.#model;
    return this.#open ? levels[l] : levels[l] * Math.max(0, 1 - n / clients);
  }

  /** Law of the arrivals in epoch `e` after `count` units of them in its period. */
  #kernel(e: number, l: number, count: number): Kernel {
    const { span, unit, taken } = this.#epochs;
    const inSystem = this.#slots + count * unit[e] - taken[e];
    return poissonKernel(this.#rate(l, inSystem) * span[e], unit[e]);
  }

  /** P(nobody comes in epoch `e`, which ends with an arrival if it is fresh). */
  #likelihoodAlone(e: number, l: number): number {
    const { span, kind, busy, busyAtEnd } = this.#epochs;
    const nobody = Math.exp(-this.#rate(l, busy[e]) * span[e]);
    return kind[e] === FRESH ? nobody * this.#rate(l, busyAtEnd[e]) : nobody;
  }

  /** Time in which every arrival starts at once. */
  #alone(e: number, band: Band): Band {
    const mass = band.mass.map((m, l) => m * this.#likelihoodAlone(e, l));
    return { low: 0, width: 1, mass };
  }

  #inPeriod(e: number, band: Band): Band {
    const { unit, waiters, needed } = this.#epochs;
    const { levels } = this.#model;
    const top = Math.ceil(waiters[e] / unit[e]);
    // Fewer come the more are in the system: the first of the band has the most arrivals ahead.
    let low = top;
    let high = 0;
    for (let l = 0; l < levels.length; l++) {
      const fewest = this.#kernel(e, l, band.low + band.width - 1);
      const most = this.#open ? fewest : this.#kernel(e, l, band.low);
      low = Math.min(low, band.low + fewest.from);
      high = Math.max(high, band.low + band.width - 1 + most.from + most.mass.length - 1);
    }
    low = Math.max(low, needed[e]);
    high = Math.max(low, Math.min(high, top));
    const width = high - low + 1;
    const mass = new Float64Array(levels.length * width);
    for (let l = 0; l < levels.length; l++) {
      let kernel = this.#kernel(e, l, band.low);
      for (let x = 0; x < band.width; x++) {
        const f = band.mass[l * band.width + x];
        if (f < PRUNED / 1000) continue;
        if (!this.#open) kernel = this.#kernel(e, l, band.low + x);
        const { from, mass: p } = kernel;
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
    let scratch = new Float64Array(64);
    let level = 0;
    let count = 0;
    for (let e = length - 1; e >= 0; e--) {
      const after = this.#after[e];
      if (e === length - 1) level = Math.floor(pick(after.mass, after.mass.length, draws) / after.width);
      if (kind[e] === LAST) count = after.low;
      const before = this.#before[e];
      const inPeriod = this.#isInPeriod(e);
      const cells = levels * before.width;
      if (scratch.length < cells) scratch = new Float64Array(2 * cells);
      const mass = scratch.fill(0, 0, cells);
      for (let l = 0; l < levels; l++) {
        const reach = this.#transition(l, level, span[e]);
        if (reach < 1e-12) continue;
        const at = l * before.width;
        if (!inPeriod) {
          mass[at] = before.mass[at] * reach * this.#likelihoodAlone(e, l);
          continue;
        }
        let kernel = this.#kernel(e, l, before.low);
        for (let x = 0; x < before.width; x++) {
          if (before.mass[at + x] < PRUNED / 1000) continue;
          if (!this.#open) kernel = this.#kernel(e, l, before.low + x);
          const { from, mass: p } = kernel;
          const arrived = count - before.low - x - from;
          if (arrived >= 0 && arrived < p.length) mass[at + x] = before.mass[at + x] * reach * p[arrived];
        }
      }
      const chosen = pick(mass, cells, draws);
      level = Math.floor(chosen / before.width);
      if (!inPeriod) continue;
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
    return { wait };
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
