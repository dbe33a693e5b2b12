/** The last bytes of a stream, for showing raw lines: a ring of limited size, addressed by the offset in the stream. */

import type { RawLine } from '../engine.ts';
import { type LinesWanted, linesIn } from '../read-lines.ts';

const RING_BYTES = 1 << 21;
const FIRST_BYTES = 1 << 12;

export class RawRing {
  #bytes = Buffer.allocUnsafe(0);
  /** Bytes added so far. */
  #end = 0;

  get end(): number {
    return this.#end;
  }

  add(chunk: Uint8Array): void {
    this.#grow(this.#end + chunk.length);
    const size = this.#bytes.length;
    const kept = chunk.subarray(Math.max(0, chunk.length - size));
    const at = (this.#end + chunk.length - kept.length) % size;
    const first = Math.min(kept.length, size - at);
    this.#bytes.set(kept.subarray(0, first), at);
    this.#bytes.set(kept.subarray(first), 0);
    this.#end += chunk.length;
  }

  /** The ring grows with what comes, until it has its full size: there may be thousands of quiet logs. */
  #grow(needed: number): void {
    const size = this.#bytes.length;
    if (needed <= size || size === RING_BYTES) return;
    const larger = Buffer.allocUnsafe(Math.min(RING_BYTES, 2 ** Math.ceil(Math.log2(Math.max(needed, FIRST_BYTES)))));
    // Until then nothing was overwritten, so the stream begins at the first byte.
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  /** Lines around an offset of the stream; none if it is no longer held. */
  lines(wanted: LinesWanted): RawLine[] {
    const begin = Math.max(0, this.#end - this.#bytes.length);
    if (wanted.offset < begin || wanted.offset >= this.#end) return [];
    const from = Math.max(begin, wanted.offset - wanted.before * 400);
    const to = Math.min(this.#end, wanted.offset + Math.max(8192, wanted.after * 400));
    const piece = Buffer.alloc(to - from);
    for (let i = 0; i < piece.length; i++) piece[i] = this.#bytes[(from + i) % this.#bytes.length];
    return linesIn(piece, from, wanted);
  }
}
