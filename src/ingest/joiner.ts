/** Joins the records in which a container runtime stored one long line (Docker's pieces of 16 KiB, CRI's P … F), by stream. */
import { type Line, Scratch } from './envelopes/line.ts';

interface Pending {
  readonly pieces: Buffer[];
  bytes: number;
  readonly offset: number;
}

export class Joiner {
  readonly #pending = new Map<number, Pending>();
  readonly #scratch = new Scratch();
  readonly #limit: number;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get size(): number {
    return this.#pending.size;
  }

  forget(): void {
    this.#pending.clear();
  }

  /** Keeps a piece. Beyond the limit, bytes are dropped and only the stream is remembered. */
  add(line: Line, offset: number): void {
    const pending = this.#pending.get(line.stream) ?? { pieces: [], bytes: 0, offset };
    this.#pending.set(line.stream, pending);
    pending.bytes += line.to - line.from;
    if (pending.bytes < this.#limit) pending.pieces.push(Buffer.from(line.b.subarray(line.from, line.to)));
  }

  /** Puts the kept pieces in front of the last one, which is in `line`. @returns the offset of the first piece; -1: there is none */
  complete(line: Line): number {
    const pending = this.#pending.get(line.stream);
    if (!pending) return -1;
    this.#pending.delete(line.stream);
    const last = Buffer.from(line.b.subarray(line.from, line.to));
    const pieces = pending.bytes + last.length < this.#limit ? [...pending.pieces, last] : pending.pieces;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#scratch.reserve(length);
    let at = 0;
    for (const piece of pieces) at += piece.copy(this.#scratch.b, at);
    line.moveTo(this.#scratch, length);
    return pending.offset;
  }
}
