/**
 * Arrival times, drawn exactly from their law given when every request started.
 *
 * Forward over the epochs of a history. f(j, l) is the probability of j arrivals (in units of u callers) since the congestion period
 * opened, and of the arrival rate being at level l:
 *   f'(j', l) = 1[j' >= needed] Σ_j f(j, l) Poisson(j' - j; λ_l · span), then the rate may change its level.
 * Between periods f is a law over the levels alone, and every fresh start has the likelihood λ_l exp(-λ_l · span). Backward, levels and
 * counts are drawn; within an epoch, arrivals are uniform. This is forward filtering, backward sampling; with one level it is Larson's
 * queue inference engine in O(N √N).
 *
 * In an epoch a crowd may come as well (`Crowds`); the other arrivals of that epoch are then taken to be as many as usual.
 *
 * If callers are U clients who wait for their answers, only those who are not in the system can arrive: the rate is λ_l (1 - n / U) with n
 * requests in service or queued. While the pool is full, j gives n.
 */
import type { ArrivalModel } from './arrival-models.ts';
import { addConvolution, type Run } from './convolve.ts';
import { CountBands } from './count-bands.ts';
import { Crowds } from './crowd-law.ts';
import { type Draws, pick } from './draws.ts';
import { chancesIn, type Epochs, FRESH, LAST, SILENCE } from './epochs.ts';
import { poissonKernels } from './poisson-kernels.ts';

/** Entries of f that are less likely than this are skipped. */
const UNLIKELY = 1e-11;
/** A change of level that is less likely than this is skipped. */
const UNREACHABLE = 1e-12;

/** Units of arrivals before and after an epoch, and the level of the rate in it. */
interface Counted {
  readonly level: number;
  readonly earlier: number;
  readonly count: number;
}

export class Arrivals {
  readonly #epochs: Epochs;
  readonly #model: ArrivalModel;
  readonly #slots: number;
  /** The arrival rate does not depend on how many are in the system. */
  readonly #open: boolean;
  readonly #crowds: Crowds;
  /** Logarithms of the two factors of a rate: by level, and by the number in the system. */
  readonly #logLevel: Float64Array;
  readonly #logFree: Float64Array;
  /** By epoch: P(the rate is drawn anew by its end), P(all load stops by its end). */
  readonly #change: Float64Array;
  readonly #stopped: Float64Array;
  readonly #bands: CountBands;
  #likely = new Float64Array(64);
  #picked = new Float64Array(64);
  /** ln P(starts | model), up to a constant that all models of one history share. */
  readonly logLikelihood: number;

  /** `slots`: of the pool, which is the number in service while it is full. */
  constructor(epochs: Epochs, model: ArrivalModel, slots: number) {
    const { length, kind } = epochs;
    const { levels, clients, chance, hold, stop } = model;
    this.#epochs = epochs;
    this.#model = model;
    this.#slots = slots;
    this.#open = clients === Number.POSITIVE_INFINITY;
    this.#crowds = new Crowds(epochs, model);
    this.#logLevel = levels.map(Math.log);
    this.#logFree = Float64Array.from({ length: this.#open ? 1 : clients + 1 }, (_, n) => Math.log(1 - n / clients));
    this.#change = chancesIn(epochs, `change ${hold}`, (seconds) => 1 - Math.exp(-seconds / hold));
    this.#stopped = chancesIn(epochs, `stop ${stop}`, (seconds) => 1 - Math.exp(-seconds * stop));
    const bands = new CountBands(length + 1, levels.length);
    this.#bands = bands;
    bands.begin(0, 0, 1);
    bands.mass.set(chance);
    let likelihood = 0;
    for (let e = 0; e < length; e++) {
      if (this.#isInPeriod(e)) this.#inPeriod(e);
      else this.#alone(e);
      likelihood += bands.scale(e + 1, chance);
      bands.prune(e + 1);
      this.#changeLevel(e);
      // The next period counts from 0 again. The last epoch of a period leaves a single count, that of all its waiters, which becomes that
      // 0.
      if (kind[e] === LAST) bands.low[e + 1] = 0;
    }
    this.logLikelihood = likelihood;
  }

  /** Gives its arrays back. The object must not be used afterwards. */
  release(): void {
    this.#bands.release();
  }

  #isInPeriod(e: number): boolean {
    return this.#epochs.kind[e] !== FRESH && this.#epochs.kind[e] !== SILENCE;
  }

  /** Arrivals per second at level `l` with `n` in the system. */
  #rate(l: number, n: number): number {
    const { levels, clients } = this.#model;
    return this.#open ? levels[l] : levels[l] * Math.max(0, 1 - n / clients);
  }

  /** ln of the share of the clients who may arrive in epoch `e`, after `count` units of arrivals in its period. */
  #logFreeAfter(e: number, count: number): number {
    if (this.#open) return 0;
    const { unit, taken } = this.#epochs;
    return this.#logFree[Math.min(this.#model.clients, this.#slots + count * unit[e] - taken[e])];
  }

  /** P(nobody arrives in epoch `e`), times the density of the arrival at its end if it is fresh. */
  #likelihoodAlone(e: number, l: number): number {
    const { span, kind, busy, busyAtEnd } = this.#epochs;
    const nobody = Math.exp(-this.#rate(l, busy[e]) * span[e]);
    return kind[e] === FRESH ? nobody * this.#rate(l, busyAtEnd[e]) : nobody;
  }

  /** The forward step over an epoch outside of congestion periods, where every arrival starts at once. */
  #alone(e: number): void {
    const bands = this.#bands;
    const to = bands.begin(e + 1, 0, 1);
    const from = bands.at[e];
    for (let l = 0; l < this.#logLevel.length; l++)
      bands.mass[to + l] = bands.mass[from + l] * this.#likelihoodAlone(e, l);
  }

  #inPeriod(e: number): void {
    const bands = this.#bands;
    const levels = this.#logLevel.length;
    const { low, high } = this.#reach(e);
    const width = high - low + 1;
    const to = bands.begin(e + 1, low, width);
    for (let l = 0; l < levels; l++) {
      const target = { values: bands.mass, at: to + l * width, length: width };
      if (this.#open) this.#comeAnyhow(e, l, target, low);
      else this.#comeInTurn(e, l, target, low);
    }
  }

  /** Range of the number of units that may have arrived by the end of epoch `e`. */
  #reach(e: number): { low: number; high: number } {
    const { unit, most: tops, needed, span } = this.#epochs;
    const kernels = poissonKernels(unit[e]);
    const logSpan = Math.log(span[e]);
    const top = tops[e];
    const first = this.#bands.low[e];
    const last = first + this.#bands.width[e] - 1;
    // The more requests are in the system, the fewer clients can arrive: the lowest count expects the most arrivals.
    let low = top;
    let high = 0;
    for (const logLevel of this.#logLevel) {
      const logMean = logLevel + logSpan;
      const fewest = kernels.of(logMean + this.#logFreeAfter(e, last));
      const most = this.#open ? fewest : kernels.of(logMean + this.#logFreeAfter(e, first));
      low = Math.min(low, first + fewest.from);
      high = Math.max(high, last + most.from + most.mass.length - 1);
    }
    low = Math.max(low, needed[e]);
    return { low, high: this.#crowds.chance(e) > 0 ? top : Math.max(low, Math.min(high, top)) };
  }

  /**
   * Adds to `target` (whose first entry is count `low`) the law of the counts at level `l` after epoch `e`, where the rate does not depend
   * on the number in the system.
   */
  #comeAnyhow(e: number, l: number, target: Run, low: number): void {
    const bands = this.#bands;
    const first = bands.low[e];
    const counts = bands.width[e];
    const from = bands.at[e] + l * counts;
    // If the rate never changes, most of its levels are soon ruled out.
    if (!this.#isLikely(from, counts)) return;
    const kernel = poissonKernels(this.#epochs.unit[e]).of(this.#logLevel[l] + Math.log(this.#epochs.span[e]));
    const weights = { values: this.#likelyOf(from, counts), at: 0, length: counts };
    const crowd = this.#crowds.chance(e);
    if (crowd > 0) {
      this.#crowds.add(target, weights, e, l, first - low);
      for (let x = 0; x < counts; x++) weights.values[x] *= 1 - crowd;
    }
    const arriving = { values: kernel.mass, at: 0, length: kernel.mass.length };
    addConvolution(target, weights, arriving, first + kernel.from - low);
  }

  /** The same for clients who wait for their answers: the more of them are in the system, the fewer arrive. */
  #comeInTurn(e: number, l: number, target: Run, low: number): void {
    const { mass, low: lows, width, at } = this.#bands;
    const kernels = poissonKernels(this.#epochs.unit[e]);
    const first = lows[e];
    const counts = width[e];
    const from = at[e] + l * counts;
    const logMean = this.#logLevel[l] + Math.log(this.#epochs.span[e]);
    for (let x = 0; x < counts; x++) {
      const f = mass[from + x];
      if (f < UNLIKELY) continue;
      const kernel = kernels.of(logMean + this.#logFreeAfter(e, first + x));
      const p = kernel.mass;
      const base = first + x + kernel.from - low;
      const until = Math.min(p.length - 1, target.length - 1 - base);
      for (let k = Math.max(0, -base), y = target.at + base + k; k <= until; k++, y++) mass[y] += f * p[k];
    }
  }

  /** Whether any of the `count` values of the bands from `from` on is likely enough to follow. */
  #isLikely(from: number, count: number): boolean {
    const { mass } = this.#bands;
    for (let x = from; x < from + count; x++) if (!(mass[x] < UNLIKELY)) return true;
    return false;
  }

  /** The `count` values of the bands from `from` on, with those that are too unlikely to follow set to zero. */
  #likelyOf(from: number, count: number): Float64Array {
    const { mass } = this.#bands;
    if (this.#likely.length < count) this.#likely = new Float64Array(2 * count);
    const likely = this.#likely;
    for (let x = 0; x < count; x++) likely[x] = mass[from + x] < UNLIKELY ? 0 : mass[from + x];
    return likely;
  }

  /** At the end of epoch `e` the rate may be drawn anew, or all load may stop. */
  #changeLevel(e: number): void {
    const { mass, at, width } = this.#bands;
    const { chance } = this.#model;
    const levels = this.#logLevel.length;
    const change = this.#change[e];
    const stopped = this.#stopped[e];
    const from = at[e + 1];
    const counts = width[e + 1];
    for (let x = from; x < from + counts; x++) {
      let sum = 0;
      for (let l = 1; l < levels; l++) sum += mass[x + l * counts];
      for (let l = 1; l < levels; l++) {
        const y = x + l * counts;
        mass[y] = (1 - stopped) * ((1 - change) * mass[y] + change * sum * chance[l]);
      }
      mass[x] += stopped * sum;
    }
  }

  /** P(level `to` after epoch `e` | level `from` before it). */
  #transition(from: number, to: number, e: number): number {
    if (from === 0) return to === 0 ? 1 : 0;
    const stopped = this.#stopped[e];
    if (to === 0) return stopped;
    const change = this.#change[e];
    return (1 - stopped) * ((from === to ? 1 - change : 0) + change * this.#model.chance[to]);
  }

  /** Draws one set of arrivals; returns the wait by request, s. */
  sample(draws: Draws): Float64Array {
    const { length, kind, needed, order, start } = this.#epochs;
    const levels = this.#logLevel.length;
    const bands = this.#bands;
    const arrival = start.slice();
    const last = pick(bands.mass.subarray(bands.at[length]), 0, levels * bands.width[length], draws);
    let level = Math.floor(last / bands.width[length]);
    let count = bands.low[length] + (last % bands.width[length]);
    for (let e = length - 1; e >= 0; e--) {
      if (kind[e] === LAST) count = needed[e];
      const chosen = this.#pickBefore(e, level, count, draws);
      level = Math.floor(chosen / bands.width[e]);
      if (!this.#isInPeriod(e)) continue;
      const earlier = bands.low[e] + (chosen % bands.width[e]);
      this.#drawArrivals(e, { level, earlier, count }, arrival, draws);
      count = earlier;
    }
    const wait = new Float64Array(start.length);
    for (let i = 0; i < start.length; i++) wait[order[i]] = Math.max(0, start[i] - arrival[i]);
    return wait;
  }

  /** Draws level and count before epoch `e`, given those after it; returned as one index into the band. */
  #pickBefore(e: number, level: number, count: number, draws: Draws): number {
    const bands = this.#bands;
    const levels = this.#logLevel.length;
    const width = bands.width[e];
    const inPeriod = this.#isInPeriod(e);
    if (this.#picked.length < levels * width) this.#picked = new Float64Array(2 * levels * width);
    const mass = this.#picked;
    // If the rate never changes, all levels but one are unreachable.
    let least = levels;
    let most = 0;
    for (let l = 0; l < levels; l++) {
      const reach = this.#transition(l, level, e);
      if (reach < UNREACHABLE && least === levels) continue;
      for (let x = l * width; x < (l + 1) * width; x++) mass[x] = 0;
      if (reach < UNREACHABLE) continue;
      if (least === levels) least = l;
      most = l;
      if (inPeriod) this.#weighCounts(e, l, count, reach, mass);
      else mass[l] = bands.mass[bands.at[e] + l] * reach * this.#likelihoodAlone(e, l);
    }
    return pick(mass, least * width, (most + 1) * width, draws);
  }

  /** Writes to `arrival` when the callers came who were counted in epoch `e`, from `earlier` to `count` units. */
  #drawArrivals(e: number, { level, earlier, count }: Counted, arrival: Float64Array, draws: Draws): void {
    const { at, span, unit, waiters, first } = this.#epochs;
    const from = Math.min(waiters[e], earlier * unit[e]);
    const to = Math.min(waiters[e], count * unit[e]);
    const started = Math.max(0, to - from);
    const instants = new Float64Array(started + this.#left(e, count) - this.#left(e, earlier));
    const crowd = Math.min(instants.length, unit[e] * this.#crowds.draw(e, level, count - earlier, draws));
    const together = crowd > 0 ? this.#crowds.instant(e, draws) : 0;
    for (let k = 0; k < instants.length; k++) instants[k] = k < crowd ? together : at[e] - draws.next() * span[e];
    arrival.set(instants.sort().subarray(0, started), first[e] + from);
  }

  /** Callers among `count` units of arrivals who still wait when the log is read. */
  #left(e: number, count: number): number {
    const { unit, waiters } = this.#epochs;
    const left = count * unit[e] - waiters[e];
    // The last unit may be incomplete, because units are rounded up.
    return left < unit[e] ? 0 : left;
  }

  /** Writes to `mass` (zero before) how likely each count is before epoch `e`, at level `l`, given `count` after it. */
  #weighCounts(e: number, l: number, count: number, reach: number, mass: Float64Array): void {
    const bands = this.#bands;
    const low = bands.low[e];
    const width = bands.width[e];
    const kernels = poissonKernels(this.#epochs.unit[e]);
    const logMean = this.#logLevel[l] + Math.log(this.#epochs.span[e]);
    const before = bands.at[e] + l * width;
    let kernel = kernels.of(logMean);
    const crowd = this.#crowds.chance(e);
    const others = this.#crowds.others(e, l);
    // If the rate does not depend on the number in the system, arrivals are limited to the reach of their law.
    const isReach = this.#open && crowd === 0;
    const first = isReach ? Math.max(0, count - low - kernel.from - kernel.mass.length + 1) : 0;
    const end = isReach ? Math.min(width, count - low - kernel.from + 1) : width;
    const { mass: bandMass } = bands;
    for (let x = first; x < end; x++) {
      const f = bandMass[before + x];
      if (f < UNLIKELY) continue;
      if (!this.#open) kernel = kernels.of(logMean + this.#logFreeAfter(e, low + x));
      const arrived = count - low - x - kernel.from;
      const alone = arrived >= 0 && arrived < kernel.mass.length ? (1 - crowd) * kernel.mass[arrived] : 0;
      const together = crowd > 0 ? crowd * this.#crowds.ofSize(e, count - low - x - others) : 0;
      mass[l * width + x] = f * reach * (alone + together);
    }
  }
}
