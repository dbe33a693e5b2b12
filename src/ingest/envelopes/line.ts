/** The current line while its envelopes are peeled off: a range of bytes, and what the envelopes said about it. */
import type { StampCursor } from '../stamp-parts.ts';

/** Scanners read ahead by words, so this many bytes must be readable behind every line. */
export const SLACK_BYTES = 256;

/** A separate buffer for text that had to be rewritten (unescaped, joined, stripped of colour). */
export class Scratch {
  b = Buffer.alloc(1 << 12);
  v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);

  /** Makes room for `length` bytes, a newline and the slack. Its content is lost. */
  reserve(length: number): void {
    if (length + 1 + SLACK_BYTES <= this.b.length) return;
    this.b = Buffer.alloc((length + 1 + SLACK_BYTES) * 2);
    this.v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);
  }
}

export class Line {
  b: Buffer = Buffer.alloc(0);
  v: DataView = new DataView(new ArrayBuffer(0));
  /** The text is b[from, to); b[to] is a newline, or a carriage return before one. */
  from = 0;
  to = 0;
  /** µs since 1970 UTC at which a collector saw the line, from the innermost envelope with a stamp; NaN: unknown. */
  stamp = Number.NaN;
  /** Digits of the stamp's fraction of a second. */
  stampDigits = 0;
  /** The stamp states its zone. */
  stampZoned = true;
  /** The stamp has a date, and is not only a time of day. */
  stampDated = true;
  /** Id in names.workers of the process that wrote the line; -1: unknown. */
  worker = -1;
  /** The process itself gave its pid; otherwise a collector did, which may name another process. */
  isOwnPid = false;
  /** Id in names.threads; -1: unknown. */
  thread = -1;
  /** Hash of the stream that the line belongs to (container, host, stdout or stderr); 0: there is only one. */
  stream = 0;
  /** Container, pod, host or dyno: id in the runtime's hosts; 0: none. */
  host = 0;
  /** Tag or name of the logger with which the line was sent: id in the runtime's tags; 0: none. */
  tag = 0;
  /** Only what goes into a row is needed: neither stream nor tag. */
  brief = false;
  /** The text continues in the next record of the stream. */
  partial = false;

  readonly #scratches = [new Scratch(), new Scratch()];
  #next = 0;

  start(b: Buffer, v: DataView, from: number, to: number): void {
    this.b = b;
    this.v = v;
    this.from = from;
    this.to = to;
    this.stamp = Number.NaN;
    this.stampDigits = 0;
    this.stampZoned = true;
    this.stampDated = true;
    this.worker = -1;
    this.isOwnPid = false;
    this.thread = -1;
    this.stream = 0;
    this.host = 0;
    this.tag = 0;
    this.partial = false;
  }

  /** Takes the stamp of an envelope, which `cursor` describes. @param stamp µs since 1970 UTC */
  stampAs(stamp: number, { digits, offsetMinutes }: StampCursor): void {
    this.stamp = stamp;
    this.stampDigits = digits;
    this.stampZoned = !Number.isNaN(offsetMinutes);
  }

  /** A scratch that does not hold the line at present. */
  scratch(length: number): Scratch {
    this.#next = 1 - this.#next;
    const scratch = this.#scratches[this.#next];
    scratch.reserve(length);
    return scratch;
  }

  /** Replaces the line by the first `length` bytes of a scratch, and writes a newline behind them. */
  moveTo(scratch: Scratch, length: number): void {
    scratch.b[length] = 10;
    this.b = scratch.b;
    this.v = scratch.v;
    this.from = 0;
    this.to = length;
  }
}

/** Position of `text` in b[from, to); -1: it does not occur. (Buffer.indexOf would search to the end of the buffer.) */
export function findIn(b: Buffer, text: Uint8Array, from: number, to: number): number {
  const last = to - text.length;
  for (let p = from; p <= last; p++) {
    let k = 0;
    while (k < text.length && b[p + k] === text[k]) k++;
    if (k === text.length) return p;
  }
  return -1;
}

/** Position of a byte in b[from, to); -1: it does not occur. `v` shows the same memory, and must be readable up to 4 bytes past `to`. */
export function findByte(b: Uint8Array, v: DataView, byte: number, from: number, to: number): number {
  const four = byte * 0x01010101;
  let p = from;
  while (p < to) {
    // Where the byte occurs, the difference has a byte of zero.
    const difference = v.getInt32(p, true) ^ four;
    if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0) break;
    p += 4;
  }
  while (p < to && b[p] !== byte) p++;
  return p < to ? p : -1;
}

/**
 * Appends b[from, to), up to the first `byte` (which is not copied), to the first `at` bytes of `into`. Copies four bytes at a time, so up
 * to three more are written.
 * @returns the new length of `into`
 */
export function copyUpTo(
  b: Uint8Array,
  v: DataView,
  byte: number,
  from: number,
  to: number,
  into: DataView,
  at: number,
): number {
  const four = byte * 0x01010101;
  let p = from;
  let k = at;
  for (; p < to; p += 4, k += 4) {
    const word = v.getInt32(p, true);
    into.setInt32(k, word, true);
    // Where the byte occurs, the difference has a byte of zero.
    const difference = word ^ four;
    if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0) break;
  }
  while (p < to && b[p] !== byte) p++;
  return at + Math.min(p, to) - from;
}

/**
 * Copies v[from, to) into `into` from `at` on. Copies four bytes at a time, so up to three more are written.
 * @returns the new length of `into`
 */
export function copyWords(v: DataView, from: number, to: number, into: DataView, at: number): number {
  let k = at;
  for (let p = from; p < to; p += 4, k += 4) into.setInt32(k, v.getInt32(p, true), true);
  return at + Math.max(0, to - from);
}

/** A kind of envelope. `peel` removes it: it moves `from` or the whole line; or it returns false and leaves the line unchanged. */
export interface Envelope {
  readonly id: string;
  peel(line: Line): boolean;
  /** The next line stands elsewhere in the input: forget everything about the lines before. */
  forget?(): void;
  /** A line lacked something that an earlier line would have said. */
  readonly isLacking?: boolean;
}
