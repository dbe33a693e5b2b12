/** Reads whatever there is, in slices, so that keys and pictures are handled between them. */

/** Length of a slice, ms. */
const SLICE_MS = 8;

export interface SlicedReadingOptions {
  /** Reads some more; false: there is nothing more at present. */
  readonly step: () => Promise<boolean>;
  /** Called after each slice, and when everything has been read. */
  readonly deliver: () => void;
  /** Called when everything that there was has been read. */
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

  /** There may be something to read. Ignored before the first `run`, which reads everything anyway. */
  wake(): void {
    if (!this.#isBegun) return;
    if (this.#isReading) this.#again = true;
    else if (!this.#stopped) void this.run();
  }

  /** Resolves when everything that there is has been read. */
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

  /** Resolves when reading has stopped, so that nothing is read twice. */
  stop(): Promise<void> {
    this.#stopped = true;
    return new Promise((resolve) => {
      if (this.#isReading) this.#done = resolve;
      else resolve();
    });
  }
}
