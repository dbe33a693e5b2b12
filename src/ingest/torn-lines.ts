/**
 * Lines that are not whole: broken by a newline inside a field ("GET /a⏎b HTTP/1.1"), or torn because two processes wrote to
 * one pipe. The first part is kept until the next lines have shown whether they hold the rest.
 */
import { Scratch } from './envelopes/line.ts';

/** Physical lines that may make one. */
const MAX_PARTS = 4;
/** Lines of others that may stand between two parts. */
const MAX_GAP_LINES = 3;
const MAX_BYTES = 1 << 16;

export interface Torn {
  readonly bytes: Buffer;
  /** Of the first part, in the input. */
  readonly offset: number;
  /** Of the first and the last part. */
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

  /** The rest of one may still stand behind the line at `number`. */
  waitsAt(number: number): boolean {
    return [...this.#torn.values()].some(({ lastNumber }) => number - lastNumber < MAX_GAP_LINES);
  }

  /** The part of this stream that waits for its rest, when the line at `number` may still hold it. */
  pending(stream: number, number: number): Torn | null {
    const torn = this.#torn.get(stream);
    return torn && number - torn.lastNumber <= MAX_GAP_LINES ? torn : null;
  }

  keep(stream: number, torn: Torn): void {
    this.#torn.set(stream, torn);
  }

  /** Forgets the part of a stream. */
  drop(stream: number): Torn | null {
    const torn = this.#torn.get(stream) ?? null;
    this.#torn.delete(stream);
    return torn;
  }

  /** All parts whose rest has not come. */
  dropAll(): Torn[] {
    const all = [...this.#torn.values()];
    this.#torn.clear();
    return all;
  }

  /** Part and rest as one line in a buffer of its own; `broken`: a newline stood between them. */
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
