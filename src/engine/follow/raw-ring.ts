/** The last bytes of a stream, to show its raw lines: a ring of fixed size with the offset of its first byte. */

import type { RawLine } from '../engine.ts';
import { type LinesWanted, linesIn } from '../read-lines.ts';

const RING_BYTES = 1 << 21;

export class RawRing {
  #bytes = Buffer.allocUnsafe(0);
  /** Bytes ever added. */
  #end = 0;

  get end(): number {
    return this.#end;
  }

  add(chunk: Uint8Array): void {
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafe(RING_BYTES);
    const kept = chunk.subarray(Math.max(0, chunk.length - RING_BYTES));
    const at = (this.#end + chunk.length - kept.length) % RING_BYTES;
    const first = Math.min(kept.length, RING_BYTES - at);
    this.#bytes.set(kept.subarray(0, first), at);
    this.#bytes.set(kept.subarray(first), 0);
    this.#end += chunk.length;
  }

  /** Lines around an offset of the stream; none when it is no longer held. */
  lines(wanted: LinesWanted): RawLine[] {
    const begin = Math.max(0, this.#end - RING_BYTES);
    if (wanted.offset < begin || wanted.offset >= this.#end) return [];
    const from = Math.max(begin, wanted.offset - wanted.before * 400);
    const to = Math.min(this.#end, wanted.offset + Math.max(8192, wanted.after * 400));
    const piece = Buffer.alloc(to - from);
    for (let i = 0; i < piece.length; i++) piece[i] = this.#bytes[(from + i) % RING_BYTES];
    return linesIn(piece, from, wanted);
  }
}
