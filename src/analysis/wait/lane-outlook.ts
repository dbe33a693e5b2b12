/**
 * The outlook of an end: for each request, the likelihood of all later stamps of its lane as a function of where in its window it ends, up
 * to a factor per request.
 *
 * Computed backward over each lane, with e' the end of the next request and D' its duration:
 *   ψ(e) = π ∫ f(e' - D' - e) ψ'(e') de' + (1 - π) ∫ h exp(-h (e' - D' - e)) ψ'(e') de'
 * f: the law of the gap when somebody queued; π: how often that is; h: the rate at which an idle lane gets its next request. A particle
 * filter that is steered by ψ (a "twisted" one) seldom runs into stamps that it cannot meet. The weights undo the steering, so π and h need
 * not be right.
 */
import type { Draws } from './draws.ts';
import type { GapLaw } from './gap-law.ts';
import type { LaneStretch } from './stretch.ts';

/** Number of cells that a window is divided into. */
const CELLS = 16;
/** s: a window narrower than this is a single cell. */
const NARROW = 0.004;
const LEAST = 1e-6;

const known = new WeakMap<LaneStretch, LaneOutlook>();

/** Cached by stretch, since `gap` and `load` depend on the stretch alone and not on its callers. */
export function outlookOf(stretch: LaneStretch, gap: GapLaw, load: number): LaneOutlook {
  const outlook = known.get(stretch) ?? new LaneOutlook(stretch, gap, load);
  known.set(stretch, outlook);
  return outlook;
}

export class LaneOutlook {
  readonly #cells: Uint8Array;
  readonly #width: Float64Array;
  readonly #value: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  /** Cell masses of the last call of `queued` and of `idle`. */
  readonly #queuedParts = new Parts();
  readonly #idleParts = new Parts();

  /** `load`: utilisation of the slots, 0..1, from which follow how often somebody queues and how long a lane idles. */
  constructor(stretch: LaneStretch, gap: GapLaw, load: number) {
    const { length, slots, low, high, duration, next } = stretch;
    const work = duration.reduce((sum, seconds) => sum + seconds, 0);
    const queuedShare = Math.min(0.95, Math.max(0.05, load ** Math.sqrt(slots)));
    const idlePerRequest = (Math.max(0.02, 1 / load - 1) * work) / length;
    const idleRate = (1 - queuedShare) / idlePerRequest;
    this.#low = low;
    this.#high = high;
    this.#cells = new Uint8Array(length);
    this.#width = new Float64Array(length);
    this.#value = new Float64Array(length * CELLS).fill(1);
    for (let i = length - 1; i >= 0; i--) {
      const width = Math.max(high[i] - low[i], 1e-6);
      this.#cells[i] = width < NARROW ? 1 : CELLS;
      this.#width[i] = width / this.#cells[i];
      const after = next[i];
      if (after < 0) continue;
      let most = 0;
      for (let b = 0; b < this.#cells[i]; b++) {
        const ready = low[i] + (b + 0.5) * this.#width[i] + duration[after];
        const value = this.#ahead(after, ready, gap, queuedShare, idleRate);
        this.#value[i * CELLS + b] = value;
        if (value > most) most = value;
      }
      for (let b = 0; b < this.#cells[i]; b++)
        this.#value[i * CELLS + b] = most > 0 ? Math.max(LEAST, this.#value[i * CELLS + b] / most) : 1;
    }
  }

  /** ψ of the request before `i`, if `i` can end at `ready` at the earliest. */
  #ahead(i: number, ready: number, gap: GapLaw, queuedShare: number, idleRate: number): number {
    let queued = 0;
    let idle = 0;
    let gapBefore = gap.below(this.#low[i] - ready);
    let idleBefore = Math.exp(-idleRate * Math.max(0, this.#low[i] - ready));
    for (let b = 0; b < this.#cells[i]; b++) {
      const edge = this.#low[i] + (b + 1) * this.#width[i] - ready;
      if (edge < gap.least) continue;
      const gapAfter = gap.below(edge);
      const idleAfter = edge <= 0 ? 1 : Math.exp(-idleRate * edge);
      const value = this.#value[i * CELLS + b];
      queued += value * (gapAfter - gapBefore);
      idle += value * (idleBefore - idleAfter);
      gapBefore = gapAfter;
      idleBefore = idleAfter;
    }
    return queuedShare * queued + (1 - queuedShare) * idle;
  }

  /** ψ_i(end). */
  at(i: number, end: number): number {
    const cell = Math.floor((end - this.#low[i]) / this.#width[i]);
    return this.#value[i * CELLS + Math.min(this.#cells[i] - 1, Math.max(0, cell))];
  }

  #edge(i: number, b: number): number {
    return b >= this.#cells[i] ? this.#high[i] : this.#low[i] + b * this.#width[i];
  }

  /** The cell of the window in which `end` lies; the first or the last one if it lies outside. */
  #cellOf(i: number, end: number): number {
    const cell = Math.floor((end - this.#low[i]) / this.#width[i]);
    return cell < 0 ? 0 : cell >= this.#cells[i] ? this.#cells[i] - 1 : cell;
  }

  /** ∫ f ψ_i over ends in [from, to], where `ready` is the end without a gap. Keeps the masses of the cells for `drawQueued`. */
  queued(i: number, ready: number, from: number, to: number, gap: GapLaw): number {
    const parts = this.#queuedParts;
    const { mass } = parts;
    let left = Math.max(from, ready + gap.least);
    let below = gap.below(left - ready);
    let sum = 0;
    let b = this.#cellOf(i, left);
    parts.from = b;
    for (; b < this.#cells[i] && left < to; b++) {
      const right = Math.min(to, this.#edge(i, b + 1));
      mass[b] = 0;
      if (right <= left) continue;
      const upTo = gap.below(right - ready);
      mass[b] = this.#value[i * CELLS + b] * (upTo - below);
      sum += mass[b];
      left = right;
      below = upTo;
      if (upTo <= 0.9999) continue;
      b++;
      break;
    }
    parts.to = b;
    return sum;
  }

  /** Draws an end from f ψ_i. Call it right after `queued` with the same arguments returned `sum`. */
  drawQueued(i: number, ready: number, from: number, to: number, gap: GapLaw, sum: number, draws: Draws): number {
    const b = this.#queuedParts.pick(sum, draws);
    const left = Math.max(from, ready + gap.least, this.#edge(i, b));
    const right = Math.min(to, this.#edge(i, b + 1));
    return ready + gap.draw(left - ready, right - ready, draws);
  }

  /** ∫ rate exp(-rate (e - ready)) ψ_i over ends in [from, to]. Keeps the masses of the cells for `drawIdle`. */
  idle(i: number, ready: number, from: number, to: number, rate: number): number {
    const parts = this.#idleParts;
    const { mass } = parts;
    let left = Math.max(from, ready);
    let before = Math.exp(-rate * (left - ready));
    let sum = 0;
    let b = this.#cellOf(i, left);
    parts.from = b;
    for (; b < this.#cells[i] && left < to; b++) {
      const right = Math.min(to, this.#edge(i, b + 1));
      mass[b] = 0;
      if (right <= left) continue;
      const after = Math.exp(-rate * (right - ready));
      mass[b] = this.#value[i * CELLS + b] * (before - after);
      sum += mass[b];
      left = right;
      before = after;
    }
    parts.to = b;
    return sum;
  }

  /** Draws an end from the law of `idle`. Call it right after `idle` with the same arguments returned `sum`. */
  drawIdle(i: number, ready: number, from: number, to: number, rate: number, sum: number, draws: Draws): number {
    const b = this.#idleParts.pick(sum, draws);
    const left = Math.max(from, ready, this.#edge(i, b));
    const right = Math.min(to, this.#edge(i, b + 1));
    const before = Math.exp(-rate * (left - ready));
    const after = Math.exp(-rate * (right - ready));
    return ready - Math.log(before - draws.next() * (before - after)) / rate;
  }
}

/** Probability masses of the cells of one window. */
class Parts {
  readonly mass = new Float64Array(CELLS);
  /** Only the cells [from, to) are valid; older values may stand in the others. */
  from = 0;
  to = 0;

  pick(sum: number, draws: Draws): number {
    let u = draws.next() * sum;
    let last = 0;
    for (let b = this.from; b < this.to; b++) {
      const part = this.mass[b];
      if (part <= 0) continue;
      last = b;
      if (u < part) return b;
      u -= part;
    }
    return last;
  }
}
