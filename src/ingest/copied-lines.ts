/**
 * Lines that Python's logging writes twice because a logger propagates to the root: "127.0.0.1 - - …", followed by
 * "INFO:gunicorn.access:127.0.0.1 - - …". The copy is no second request.
 */
const MIN_BYTES = 20;

/** Whether b[from, to) ends with the whole line before it, a[start, end). */
export function isCopyOf(b: Buffer, from: number, to: number, a: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return length >= MIN_BYTES && to - from > length && b.compare(a, start, end, to - length, to) === 0;
}

/** Keeps the last line of a buffer that is about to be reused. */
export class LastLine {
  #bytes = Buffer.alloc(0);

  keep(b: Buffer, limit: number): void {
    const start = b.lastIndexOf(10, limit - 2) + 1;
    this.#bytes = Buffer.from(b.subarray(start, limit - 1));
  }

  /** Whether b[from, to) is a copy of the line before it. */
  isCopied(b: Buffer, from: number, to: number): boolean {
    if (from === 0) return isCopyOf(b, from, to, this.#bytes, 0, this.#bytes.length);
    return isCopyOf(b, from, to, b, b.lastIndexOf(10, from - 2) + 1, from - 1);
  }
}
