/** What hinders reading, by what it is about: the oldest trouble that is not over is told. */
export class Troubles {
  readonly #all = new Map<string, string>();
  readonly #tell: (sentence: string) => void;

  /** @param tell called with another sentence when another one is due, "" when nothing hinders any more */
  constructor(tell: (sentence: string) => void) {
    this.#tell = tell;
  }

  /** @param sentence "" it is over */
  say(of: string, sentence: string): void {
    const before = this.#oldest;
    if (sentence === '') this.#all.delete(of);
    else this.#all.set(of, sentence);
    if (this.#oldest !== before) this.#tell(this.#oldest);
  }

  get #oldest(): string {
    for (const sentence of this.#all.values()) return sentence;
    return '';
  }
}
