/** Reads a file that is being written, keeps its last bytes, and notices when it is truncated. */
import type { OpenFile } from './open-file.ts';
import type { Truncation } from './truncation.ts';

/** If we are further behind than this, the rest is in the copy that was made before the truncation. */
const MOST_BYTES = 1 << 20;
const CHUNK = 1 << 16;

/** Shared by all files: they are looked at one after the other. */
const buffer = Buffer.allocUnsafe(CHUNK);

export class LastBytes {
  readonly file: OpenFile;
  /** Contiguous, ending at the position of the file. */
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(file: OpenFile) {
    this.file = file;
    file.position = Math.max(0, file.size - MOST_BYTES);
  }

  /** Reads to the end; returns what was lost by truncations on the way. */
  async look(): Promise<Truncation[]> {
    const { file } = this;
    const truncations: Truncation[] = [];
    for (;;) {
      const { position } = file;
      const { bytes, isSame } = await file.next(buffer);
      if (file.position === position) this.#keep(bytes);
      // `next` has moved the position: the file was cut after a whole line, on purpose.
      else this.#forget();
      if (isSame) {
        if (bytes.length < buffer.length) return truncations;
        continue;
      }
      truncations.push({
        head: file.head,
        position: file.position - this.#length,
        bytes: Buffer.concat(this.#chunks, this.#length),
      });
      this.#forget();
      file.restart([]);
    }
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.file.position += bytes.length;
    this.#length += bytes.length;
    this.#chunks.push(Buffer.from(bytes));
    while (this.#length - this.#chunks[0].length >= MOST_BYTES) this.#length -= (this.#chunks.shift() as Buffer).length;
  }

  #forget(): void {
    this.#chunks = [];
    this.#length = 0;
  }
}
