/** Keeps the judgement of what passes the screen's filter up to date: asks when the filter changes, and after every examination. */
import type { FilteredPart } from '../core/part.ts';
import type { Examiner } from './examiner.ts';

export interface PartKeeperOptions {
  readonly examiner: Examiner;
  /** Paths of the inputs, for `file:`. */
  readonly sources: readonly string[];
  readonly changed: (part: FilteredPart | null) => void;
}

export class PartKeeper {
  readonly #options: PartKeeperOptions;
  #filter = '';
  #isAsking = false;
  #isStale = false;

  constructor(options: PartKeeperOptions) {
    this.#options = options;
  }

  /** "": no filter. */
  set filter(text: string) {
    if (text === this.#filter) return;
    this.#filter = text;
    // The part of another filter is no longer valid.
    this.#options.changed(null);
    this.again();
  }

  /** To be called when there is a newer examination. */
  again(): void {
    this.#isStale = this.#filter !== '';
    if (!this.#isAsking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const part = await this.#options.examiner.part(this.#filter, this.#options.sources);
        if (part?.filter === this.#filter) this.#options.changed(part);
      }
    } catch {
      // The thread was replaced; the next examination asks again.
    } finally {
      this.#isAsking = false;
    }
  }
}
