/** The hue of a cell that many requests share: a severe one if it is a good part of them, else the one that fills most of the cell. */
import type { Colouring } from './hues.ts';

/** A hue decides if it and more severe ones make up at least this share of the requests. */
const GOOD_PART = 0.25;

export class CellHues {
  readonly #weight: readonly number[];
  readonly #hues: number;
  /** Per cell and hue: number of requests, and (below) how much of the cell they fill. */
  readonly #requests: Uint32Array;
  readonly #filled: Float64Array;
  /** Weights that occur, the most severe first. */
  readonly #weights: readonly number[];

  constructor(cells: number, { weight }: Pick<Colouring, 'weight'>) {
    this.#weight = weight;
    this.#hues = weight.length;
    this.#requests = new Uint32Array(cells * weight.length);
    this.#filled = new Float64Array(cells * weight.length);
    this.#weights = [...new Set(weight)].sort((a, b) => b - a);
  }

  add(cell: number, hue: number, filled: number): void {
    const at = cell * this.#hues + hue;
    this.#requests[at]++;
    this.#filled[at] += filled;
  }

  /** One hue per cell; -1 where nothing ran. */
  decided(): Int16Array {
    return Int16Array.from({ length: this.#requests.length / this.#hues }, (_, cell) => this.#hueOf(cell));
  }

  #hueOf(cell: number): number {
    const base = cell * this.#hues;
    let total = 0;
    for (let hue = 0; hue < this.#hues; hue++) total += this.#requests[base + hue];
    if (total === 0) return -1;
    let graver = 0;
    for (const weight of this.#weights) {
      let best = -1;
      for (let hue = 0; hue < this.#hues; hue++) {
        if (this.#weight[hue] !== weight || this.#requests[base + hue] === 0) continue;
        graver += this.#requests[base + hue];
        if (best < 0 || this.#filled[base + hue] > this.#filled[base + best]) best = hue;
      }
      if (best >= 0 && graver >= total * GOOD_PART) return best;
    }
    return -1;
  }
}
