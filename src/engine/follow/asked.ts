/** What a file system is being asked about, and for how long already: one on a network may not answer for minutes. */

/** ms that are worth a word, and after which an end does not wait for the answer. */
const SILENT_MS = 2000;
const PATIENCE_MS = 3000;
const LOOK_MS = 100;

export class Asked {
  #about = '';
  #since = 0;

  begin(about: string): void {
    this.#about = about;
    this.#since = performance.now();
  }

  answered(): void {
    this.#about = '';
  }

  /** ms since it was asked; 0: it has answered. */
  get waits(): number {
    return this.#about === '' ? 0 : performance.now() - this.#since;
  }

  /** What it has been asked about for too long; "" nothing. */
  get silent(): string {
    return this.waits > SILENT_MS ? this.#about : '';
  }

  /** false: what is being done waits for an answer for too long. */
  async isDone(work: Promise<void>): Promise<boolean> {
    const done = work.then(() => true);
    for (;;) {
      // After a pause of the whole process an answer may be there behind the timer.
      const look = new Promise<null>((resolve) => setTimeout(() => setImmediate(() => resolve(null)), LOOK_MS));
      const answer = await Promise.race([done, look]);
      if (answer !== null) return answer;
      if (this.waits <= PATIENCE_MS) continue;
      done.catch(() => {});
      return false;
    }
  }
}
