/** For a stamp whose meaning had to be assumed from a few lines: keeps looking at rows until they prove it. */
import type { RequestBatch } from '../core/batch.ts';
import { type StampEvidence, stampMeaning } from './detect/stamp-meaning.ts';

/** After so many rows it gives up: what they did not show, later ones will not. */
const MAX_ROWS = 8192;

export class StampWatch {
  readonly #stamps = new Float64Array(MAX_ROWS);
  readonly #durations = new Float64Array(MAX_ROWS);
  readonly #resolution: number;
  #rows = 0;

  /** @param resolution µs: one tick of the stamp */
  constructor(resolution: number) {
    this.#resolution = resolution;
  }

  /** What the rows so far prove; null: nothing yet. */
  see(batch: RequestBatch): StampEvidence | null {
    if (this.#rows === MAX_ROWS) return null;
    const count = Math.min(batch.length, MAX_ROWS - this.#rows);
    this.#stamps.set(batch.time.subarray(0, count), this.#rows);
    this.#durations.set(batch.duration.subarray(0, count), this.#rows);
    this.#rows += count;
    const evidence = stampMeaning(
      this.#stamps.subarray(0, this.#rows),
      this.#durations.subarray(0, this.#rows),
      this.#resolution,
    );
    return evidence.proven ? evidence : null;
  }
}
