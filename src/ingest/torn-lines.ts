/**
 * Incomplete lines: broken by a newline inside a field ("GET /a⏎b HTTP/1.1"), or torn because two processes wrote into one pipe. The first
 * part is kept until the next lines have shown whether they contain the rest.
 */
import { Scratch } from './envelopes/line.ts';

/** Most physical lines that make up one line. */
const MAX_PARTS = 4;
/** Most lines of other processes between two parts. */
const MAX_GAP_LINES = 3;
const MAX_BYTES = 1 << 16;

export interface Torn {
  readonly bytes: Buffer;
  /** Offset of the first part in the input. */
  readonly offset: number;
  /** Line numbers of the first part and of the last. */
  readonly number: number;
  readonly lastNumber: number;
  readonly parts: number;
}

export class TornLines {
  readonly #torn = new Map<number, Torn>();
  readonly #scratch = new Scratch();

  get size(): number {
    return this.#torn.size;
  }

  /** Whether the rest of a line may still follow the line at `number`. */
  waitsAt(number: number): boolean {
    return [...this.#torn.values()].some(({ lastNumber }) => number - lastNumber < MAX_GAP_LINES);
  }

  /** The part in this stream that waits for its rest, if the line at `number` may still contain it; otherwise null. */
  pending(stream: number, number: number): Torn | null {
    const torn = this.#torn.get(stream);
    return torn && number - torn.lastNumber <= MAX_GAP_LINES ? torn : null;
  }

  keep(stream: number, torn: Torn): void {
    this.#torn.set(stream, torn);
  }

  /** Forgets the part of a stream. @returns that part */
  drop(stream: number): Torn | null {
    const torn = this.#torn.get(stream) ?? null;
    this.#torn.delete(stream);
    return torn;
  }

  /** Forgets all parts whose rest did not come. @returns them */
  dropAll(): Torn[] {
    const all = [...this.#torn.values()];
    this.#torn.clear();
    return all;
  }

  /** Joins a part and the rest into one line in a separate buffer. @param broken a newline stood between them */
  join(torn: Torn, rest: Buffer, broken: boolean): { b: Buffer; v: DataView; length: number } {
    const gap = broken ? 1 : 0;
    const length = torn.bytes.length + gap + rest.length;
    this.#scratch.reserve(length);
    const { b, v } = this.#scratch;
    torn.bytes.copy(b, 0);
    if (broken) b[torn.bytes.length] = 11;
    rest.copy(b, torn.bytes.length + gap);
    b[length] = 10;
    return { b, v, length };
  }

  canGrow(torn: Torn, by: number): boolean {
    return torn.parts < MAX_PARTS && torn.bytes.length + by < MAX_BYTES;
  }
}
