/**
 * Unpacks bzip2 block by block with the decoder of unbzip2-stream. The stream of that package makes new arrays for every block, which pile
 * up faster than they are collected; here, one block and one buffer serve for all.
 */
import bitIterator, { type BitReader } from 'unbzip2-stream/lib/bit_iterator.js';
import decoder from 'unbzip2-stream/lib/bzip2.js';

const OUT_BYTES = 1 << 16;
/** Bytes of a stream's header, except its first. */
const HEADER_BYTES = 3;
/** Most bytes of a packed block (the decoder's own bound), by level. */
const packedBytes = (level: number): number => 25_000 + 100_000 * level;

/** Takes packed bytes and passes plain ones to `take`. push and end throw if the bytes are no bzip2. */
export class Bunzip {
  readonly #take: (piece: Uint8Array) => void;
  readonly #queue: Uint8Array[] = [];
  readonly #out = Buffer.allocUnsafe(OUT_BYTES);
  #filled = 0;
  #received = 0;
  #bits: BitReader | null = null;
  /** First byte of the next stream; 0: only padding has come so far. */
  #first = 0;
  /** Level of the current stream, 1 to 9; 0: between streams. */
  #level = 0;
  #block = new Int32Array(0);
  #checksum = 0;
  #streams = 0;

  constructor(take: (piece: Uint8Array) => void) {
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(Uint8Array.from(chunk));
    this.#received += chunk.length;
    this.#bits ??= bitIterator(() => {
      const next = this.#queue.shift();
      if (!next) throw new Error('unexpected end');
      return next;
    });
    while (this.#left >= this.#needed) this.#step(this.#bits);
  }

  end(): void {
    while (this.#bits && this.#left > 0) this.#step(this.#bits);
    if (this.#level !== 0 || this.#first !== 0) throw new Error('unexpected end');
  }

  /** Bytes that the next step may read. */
  get #needed(): number {
    if (this.#level > 0) return packedBytes(this.#level);
    return this.#first === 0 ? 1 : HEADER_BYTES;
  }

  get #left(): number {
    return this.#received - (this.#bits?.bytesRead ?? 0);
  }

  #step(bits: BitReader): void {
    if (this.#level === 0) {
      // Zeros after a stream are padding, made by tapes and block-wise copies.
      if (this.#first === 0) this.#first = bits(8);
      else this.#begin(bits);
      return;
    }
    const size = 100_000 * this.#level;
    try {
      const next = decoder.decompress(bits, this.#put, this.#block, size, this.#checksum);
      if (next === null) {
        this.#level = 0;
        this.#streams++;
      } else this.#checksum = next;
    } finally {
      this.#flush();
    }
  }

  /** Begins a stream, whose first byte was read already. */
  #begin(bits: BitReader): void {
    const first = this.#first;
    this.#first = 0;
    try {
      // The decoder asks for the first three bytes at once.
      this.#level = decoder.header((n) => (n === 24 ? (first << 16) | bits(16) : bits(n)));
    } catch (error) {
      throw this.#streams === 0 ? error : new Error('something else follows');
    }
    this.#checksum = 0;
    if (this.#block.length < 100_000 * this.#level) this.#block = new Int32Array(100_000 * this.#level);
  }

  readonly #put = (byte: number): void => {
    this.#out[this.#filled++] = byte;
    if (this.#filled === OUT_BYTES) this.#flush();
  };

  #flush(): void {
    if (this.#filled > 0) this.#take(this.#out.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
