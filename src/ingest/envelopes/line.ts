/** The line in hand while its envelopes are peeled off: a range of bytes, and what the envelopes told about it. */
import type { StampCursor } from '../stamp-parts.ts';

/** Scanners look ahead by words: so many bytes stay readable behind every line. */
export const SLACK_BYTES = 256;

/** A buffer of its own for text that had to be rewritten (unescaped, joined, stripped of colour). */
export class Scratch {
  b = Buffer.alloc(1 << 12);
  v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);

  /** Makes room for `length` bytes, a newline and the slack; what it held is lost. */
  reserve(length: number): void {
    if (length + 1 + SLACK_BYTES <= this.b.length) return;
    this.b = Buffer.alloc((length + 1 + SLACK_BYTES) * 2);
    this.v = new DataView(this.b.buffer, this.b.byteOffset, this.b.length);
  }
}

export class Line {
  b: Buffer = Buffer.alloc(0);
  v: DataView = new DataView(new ArrayBuffer(0));
  /** The text is b[from, to); b[to] is a newline or a carriage return before one. */
  from = 0;
  to = 0;
  /** µs since 1970 UTC at which a collector saw the line, of the innermost envelope with a stamp; NaN unknown. */
  stamp = Number.NaN;
  /** Digits of the fraction of a second in it. */
  stampDigits = 0;
  /** It says its zone. */
  stampZoned = true;
  /** It is no time of day alone. */
  stampDated = true;
  /** Id in names.workers of the process that wrote the line, -1 unknown. */
  worker = -1;
  /** That process said so itself: no collector took it for the one that wrote the line. */
  isOwnPid = false;
  /** Id in names.threads, -1 unknown. */
  thread = -1;
  /** Which of several streams it belongs to (container, host, stdout or stderr), as a hash; 0 for the only one. */
  stream = 0;
  /** Container, pod, host or dyno: id in the runtime's hosts, 0 none. */
  host = 0;
  /** Tag or logger name the line was sent under: id in the runtime's tags, 0 none. */
  tag = 0;
  /** Only what goes into a row is asked for: neither stream nor tag. */
  brief = false;
  /** The text goes on in the next record of the stream. */
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

  /** An envelope has a stamp, of which `cursor` says how it was written. @param stamp µs since 1970 UTC */
  stampAs(stamp: number, { digits, offsetMinutes }: StampCursor): void {
    this.stamp = stamp;
    this.stampDigits = digits;
    this.stampZoned = !Number.isNaN(offsetMinutes);
  }

  /** A scratch that the line does not stand in now. */
  scratch(length: number): Scratch {
    this.#next = 1 - this.#next;
    const scratch = this.#scratches[this.#next];
    scratch.reserve(length);
    return scratch;
  }

  /** The line goes on as the first `length` bytes of a scratch; puts the newline behind them. */
  moveTo(scratch: Scratch, length: number): void {
    scratch.b[length] = 10;
    this.b = scratch.b;
    this.v = scratch.v;
    this.from = 0;
    this.to = length;
  }
}

/** Position of `text` in b[from, to), -1 when it is not there. (Buffer.indexOf would search to the end of the buffer.) */
export function findIn(b: Buffer, text: Uint8Array, from: number, to: number): number {
  const last = to - text.length;
  for (let p = from; p <= last; p++) {
    let k = 0;
    while (k < text.length && b[p + k] === text[k]) k++;
    if (k === text.length) return p;
  }
  return -1;
}

/** Position of a byte in b[from, to), -1 when it is not there; `v` looks at the same memory, readable 4 bytes past `to`. */
export function findByte(b: Uint8Array, v: DataView, byte: number, from: number, to: number): number {
  const four = byte * 0x01010101;
  let p = from;
  while (p < to) {
    // A byte of the difference is zero where the byte stands.
    const difference = v.getInt32(p, true) ^ four;
    if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0) break;
    p += 4;
  }
  while (p < to && b[p] !== byte) p++;
  return p < to ? p : -1;
}

/**
 * Copies b[from, to) behind the first `at` bytes of `into`, up to the first `byte` (not copied); four bytes at a time, up to
 * three more are written. @returns the length of `into`
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
    // A byte of the difference is zero where the byte stands.
    const difference = word ^ four;
    if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0) break;
  }
  while (p < to && b[p] !== byte) p++;
  return at + Math.min(p, to) - from;
}

/** Copies v[from, to) to the start of `into`, four bytes at a time (up to three more are written); @returns the length. */
export function copyWords(v: DataView, from: number, to: number, into: DataView, at: number): number {
  let k = at;
  for (let p = from; p < to; p += 4, k += 4) into.setInt32(k, v.getInt32(p, true), true);
  return at + Math.max(0, to - from);
}

/** One kind of envelope. `peel` takes it off: moves `from` or the whole line, or returns false and leaves the line as it was. */
export interface Envelope {
  readonly id: string;
  peel(line: Line): boolean;
  /** What follows stands at another place of the input: nothing of the lines before holds for it. */
  forget?(): void;
  /** A line lacked what an earlier one would have told. */
  readonly isLacking?: boolean;
}
