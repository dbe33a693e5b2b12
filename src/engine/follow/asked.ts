/** Which file a file system is being asked about, and for how long: one on a network may not answer for minutes. */

/** ms after which the silence is mentioned, and after which a shutdown does not wait any longer. */
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

  /** The file whose answer is overdue; "": none. */
  get silent(): string {
    return this.waits > SILENT_MS ? this.#about : '';
  }

  /** Waits for `work`. false: an answer of the file system is overdue, so it was given up. */
  async isDone(work: Promise<void>): Promise<boolean> {
    const done = work.then(() => true);
    for (;;) {
      // setImmediate: after a pause of the whole process an answer may be queued behind the timer.
      const look = new Promise<null>((resolve) => setTimeout(() => setImmediate(() => resolve(null)), LOOK_MS));
      const answer = await Promise.race([done, look]);
      if (answer !== null) return answer;
      if (this.waits <= PATIENCE_MS) continue;
      done.catch(() => {});
      return false;
    }
  }
}
