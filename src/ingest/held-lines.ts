/** Lines that nothing has taken yet, with and without their envelopes. They are kept until there are enough to decide what they are. */
import type { Sample, SampleLine } from './detect/sample.ts';
import { type Line, SLACK_BYTES } from './envelopes/line.ts';
import type { Told } from './plan.ts';

/** The text of a line inside some of its envelopes, and what these said. */
export interface Variant extends SampleLine, Told {
  /** Ids of the envelopes that were peeled off, joined by "+"; '': none. */
  readonly chain: string;
}

export interface HeldLine {
  /** Byte offset in the input. */
  readonly offset: number;
  /** Line number in the input, from 1. */
  readonly number: number;
  readonly stream: number;
  /** The whole line first, the innermost text last. */
  readonly variants: readonly Variant[];
}

/** So many undecided lines are held before formats are looked for: many at the start, few later. */
const FIRST_SAMPLE = { lines: 1000, bytes: 1 << 17 };
const LATER_SAMPLE = { lines: 50, bytes: 1 << 15 };
/** A held line is decided after at most so many further lines. */
const MAX_HOLD_LINES = 5000;

export class HeldLines {
  b = Buffer.alloc(1 << 12);
  v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);
  bytes = 0;
  lines: HeldLine[] = [];

  /** Keeps the text of the current line. */
  variant(line: Line, chain: string): Variant {
    const { b, from, to } = line;
    const needed = this.bytes + (to - from) + 1 + SLACK_BYTES;
    if (needed > this.b.length) {
      const bigger = Buffer.alloc(needed * 2);
      this.b.copy(bigger, 0, 0, this.bytes);
      this.b = bigger;
      this.v = new DataView(bigger.buffer, bigger.byteOffset, bigger.length);
    }
    b.copy(this.b, this.bytes, from, to);
    const start = this.bytes;
    const end = start + (to - from);
    this.b[end] = 10;
    this.bytes = end + 1;
    const { stamp, stampDigits, stampZoned, stampDated, worker, isOwnPid, thread, host, tag } = line;
    return { chain, start, end, stamp, stampDigits, stampZoned, stampDated, worker, isOwnPid, thread, host, tag };
  }

  add(line: HeldLine): void {
    this.lines.push(line);
  }

  /** Whether it is time to decide what the lines are. @param number of the current line */
  isFull(isFirst: boolean, number: number): boolean {
    const sample = isFirst ? FIRST_SAMPLE : LATER_SAMPLE;
    const { lines, bytes } = this;
    return lines.length >= sample.lines || bytes >= sample.bytes || number - lines[0].number >= MAX_HOLD_LINES;
  }

  /** Frees the bytes of variants that turned out not to be needed. */
  release(to: number): void {
    this.bytes = to;
  }

  sample(lines: readonly Variant[]): Sample {
    return { b: this.b, v: this.v, lines };
  }

  text({ start, end }: { start: number; end: number }, limit = 2000): string {
    return this.b.toString('utf8', start, Math.min(end, start + limit));
  }

  clear(): void {
    this.bytes = 0;
    this.lines = [];
  }
}
