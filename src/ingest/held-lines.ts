/** Lines that nothing has taken yet, kept until there are enough of them to tell what they are. */
import type { Sample } from './detect/detect.ts';

interface HeldLine {
  /** Range in `b`; a newline stands at `end`. */
  readonly start: number;
  readonly end: number;
  /** Byte offset in the input. */
  readonly offset: number;
  /** Line number in the input, from 1. */
  readonly number: number;
}

/** Scanners look ahead by words: so many bytes stay readable behind the last line. */
const SLACK_BYTES = 256;

export class HeldLines {
  b = Buffer.alloc(1 << 12);
  v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);
  bytes = 0;
  lines: HeldLine[] = [];

  add(from: Buffer, start: number, end: number, offset: number, number: number): void {
    const needed = this.bytes + (end - start) + 1 + SLACK_BYTES;
    if (needed > this.b.length) {
      const bigger = Buffer.alloc(needed * 2);
      this.b.copy(bigger, 0, 0, this.bytes);
      this.b = bigger;
      this.v = new DataView(bigger.buffer, bigger.byteOffset, bigger.length);
    }
    from.copy(this.b, this.bytes, start, end);
    const at = this.bytes;
    this.bytes += end - start;
    this.lines.push({ start: at, end: this.bytes, offset, number });
    this.b[this.bytes++] = 10;
  }

  sample(): Sample {
    return { b: this.b, v: this.v, starts: this.lines.map(({ start }) => start) };
  }

  clear(): void {
    this.bytes = 0;
    this.lines = [];
  }
}
