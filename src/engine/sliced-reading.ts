/** Reads whatever there is, in slices that leave room for keys and pictures between them. */

/** Reading gives way to the keyboard after this long, ms. */
const SLICE_MS = 8;

export interface SlicedReadingOptions {
  /** Reads some more; false: there is nothing more now. */
  readonly step: () => Promise<boolean>;
  /** A slice is over, or everything is read. */
  readonly deliver: () => void;
  /** Everything that there was is read. */
  readonly idle: () => void;
}

export class SlicedReading {
  readonly #options: SlicedReadingOptions;
  #isBegun = false;
  #isReading = false;
  #again = false;
  #stopped = false;
  #done = () => {};

  constructor(options: SlicedReadingOptions) {
    this.#options = options;
  }

  /** There may be something to read. Before the first `run` inputs are still being opened: it reads all that there is by then. */
  wake(): void {
    if (!this.#isBegun) return;
    if (this.#isReading) this.#again = true;
    else if (!this.#stopped) void this.run();
  }

  /** Resolves when everything that there is was read. */
  async run(): Promise<void> {
    this.#isBegun = true;
    if (this.#isReading) return;
    const { step, deliver, idle } = this.#options;
    this.#isReading = true;
    try {
      do {
        this.#again = false;
        let sliceEnds = performance.now() + SLICE_MS;
        while ((await step()) && !this.#stopped) {
          if (performance.now() < sliceEnds) continue;
          deliver();
          await new Promise((resume) => setImmediate(resume));
          sliceEnds = performance.now() + SLICE_MS;
        }
        deliver();
      } while (this.#again && !this.#stopped);
    } finally {
      this.#isReading = false;
      this.#done();
    }
    idle();
  }

  /** Resolves when nothing is being read any more: what is being read now must not be read twice. */
  stop(): Promise<void> {
    this.#stopped = true;
    return new Promise((resolve) => {
      if (this.#isReading) this.#done = resolve;
      else resolve();
    });
  }
}
