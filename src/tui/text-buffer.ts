/** A text made of very many short pieces: they are copied into one place that is kept, and become a string once, at the end. */

/** UTF-16, the low byte first. */
const UNIT_BYTES = 2;

export class TextBuffer {
  #bytes = Buffer.alloc(1 << 16);
  #used = 0;

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  add(text: string): void {
    if (this.#used + text.length * UNIT_BYTES > this.#bytes.length) this.#widen(text.length * UNIT_BYTES);
    const bytes = this.#bytes;
    let at = this.#used;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      bytes[at++] = unit & 0xff;
      bytes[at++] = unit >> 8;
    }
    this.#used = at;
  }

  /** What was added since it was taken last. */
  take(): string {
    const text = this.#bytes.toString('utf16le', 0, this.#used);
    this.#used = 0;
    return text;
  }

  #widen(missing: number): void {
    const wider = Buffer.alloc(2 * this.#bytes.length + missing);
    wider.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = wider;
  }
}
