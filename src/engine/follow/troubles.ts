/** What hinders reading, by subject: the oldest trouble that is not over is reported. */
export class Troubles {
  readonly #all = new Map<string, string>();
  readonly #tell: (sentence: string) => void;

  /** @param tell called whenever another sentence is due; "" when nothing hinders reading any more */
  constructor(tell: (sentence: string) => void) {
    this.#tell = tell;
  }

  /** @param sentence "": the trouble is over */
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
