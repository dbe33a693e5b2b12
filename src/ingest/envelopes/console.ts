/**
 * What consoles draw around a line:
 *         INFO   line                                         fastapi run
 *    ▕  line                                                  the same on a terminal, later
 *   [10/29/24 17:04:15] INFO     line              app.py:8   rich's handler for logging, whatever its log_time_format
 *                       INFO     line              app.py:8   in the same second: the stamp is that of the line before
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { StampReader } from '../stamps.ts';
import { copyWords, type Envelope, findIn, type Line } from './line.ts';

const [SPACE, OPEN_BRACKET, CLOSE_BRACKET] = [32, 91, 93];
/** Number of blanks in front of the longest label, and of the shortest. */
const LEAST_BLANKS = 3;
const MOST_BLANKS = 12;
/** Width of rich's level. */
const LEVEL_COLUMNS = 9;
/** No stamp is wider than this. */
const MOST_STAMP_COLUMNS = 40;
const BAR = Buffer.from(' \u2595  ');
const PYTHON = Buffer.from('.py:');
const labels = ['INFO', 'DEBUG', 'WARNING', 'WARN', 'ERROR', 'CRITICAL'].map((label) => Buffer.from(`${label} `));

function stands(b: Buffer, text: Uint8Array, p: number, to: number): boolean {
  return findIn(b, text, p, Math.min(to, p + text.length)) === p;
}

/** Where "app.py:8" at the end of b[from, to) begins; -1: there is no such thing behind a blank. */
export function sourceStart(b: Buffer, from: number, to: number): number {
  let p = to;
  while (p > from && isDigit(b[p - 1])) p--;
  if (p === to || b[p - 1] !== 58) return -1;
  // "took:12" is no source.
  if (!stands(b, PYTHON, p - PYTHON.length, to)) return -1;
  while (p > from && b[p - 1] > SPACE) p--;
  return p === from ? -1 : p;
}

/** Whether there is a level at p, padded with blanks, and a message behind it. */
function isLevel(b: Buffer, p: number, to: number): boolean {
  const start = p + LEVEL_COLUMNS;
  return start < to && b[start] !== SPACE && b[start - 1] === SPACE && labels.some((text) => stands(b, text, p, to));
}

/** Whether the line is filled up to the width of a console, with blanks or with its source. */
const isFilled = (b: Buffer, from: number, to: number): boolean => b[to - 1] === SPACE || sourceStart(b, from, to) >= 0;

/** A line without a stamp: "INFO     message". Other formatters may write that, too, so it must be filled. */
const isBare = (b: Buffer, from: number, to: number): boolean =>
  b[from] > 64 && b[from] < 91 && isLevel(b, from, to) && isFilled(b, from + LEVEL_COLUMNS, to);

/** Bytes of b[from, to) in front of the message in a line of rich's handler; -1: it is no such line. */
export function columnOfMessage(b: Buffer, from: number, to: number): number {
  if (isBare(b, from, to)) return LEVEL_COLUMNS;
  if (b[from] !== OPEN_BRACKET && b[from] !== SPACE) return -1;
  const last = Math.min(to, from + MOST_STAMP_COLUMNS);
  let p = from;
  if (b[from] === OPEN_BRACKET) {
    if (!isDigit(b[from + 1])) return -1;
    while (p < last && b[p] !== CLOSE_BRACKET) p++;
    p++;
    if (b[p] !== SPACE) return -1;
  }
  while (p < last && b[p] === SPACE) p++;
  return isLevel(b, p, to) ? p + LEVEL_COLUMNS - from : -1;
}

class ConsoleEnvelope implements Envelope {
  readonly id = 'console';
  readonly #runtime: Runtime;
  readonly #monthFirst: StampReader;
  readonly #iso: StampReader;
  readonly #clock: StampReader;
  /** The last stamp that was shown, µs. */
  #last = Number.NaN;
  /** That stamp had a date, and was not only a time of day. */
  #isDated = true;
  /** Columns in front of the level; 0: no stamp was shown yet. */
  #columns = 0;
  isLacking = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#monthFirst = runtime.stamp('month-first');
    this.#iso = runtime.stamp('iso');
    this.#clock = runtime.stamp('clock');
  }

  forget(): void {
    this.#last = Number.NaN;
    this.#columns = 0;
    this.isLacking = false;
  }

  peel(line: Line): boolean {
    const { b, from } = line;
    if (b[from] === OPEN_BRACKET) return isDigit(b[from + 1]) && this.#stamped(line);
    return b[from] === SPACE ? this.#labelled(line) : isBare(b, from, line.to) && this.#message(line, from);
  }

  /** Chosen by what follows the first digits; null: this is no stamp that rich writes. */
  #readerOf({ b, from }: Line): StampReader | null {
    if (b[from + 3] === 47) return this.#monthFirst;
    if (b[from + 5] === 45) return this.#iso;
    return b[from + 3] === 58 ? this.#clock : null;
  }

  /** Other formatters may write a stamp in brackets and a level, too, so the line must be filled or have the known width. */
  #stamped(line: Line): boolean {
    const { b, v, from, to } = line;
    const reader = this.#readerOf(line);
    if (reader === null) return false;
    const { cursor } = this.#runtime;
    const stamp = reader(b, v, from + 1);
    const { digits, end } = cursor;
    const isZoned = !Number.isNaN(cursor.offsetMinutes);
    if (Number.isNaN(stamp) || b[end] !== CLOSE_BRACKET || b[end + 1] !== SPACE) return false;
    const level = end + 2;
    const isRich = isFilled(b, level, to) || this.#columns === level - from;
    if (!isRich || !this.#message(line, level)) return false;
    this.#last = line.stamp = stamp;
    this.#columns = level - from;
    this.#isDated = line.stampDated = reader !== this.#clock;
    line.stampDigits = digits;
    line.stampZoned = isZoned;
    return true;
  }

  /** rich leaves a stamp out if it would be the same as that of the line before. */
  #unstamped(line: Line, p: number): boolean {
    if (!this.#message(line, p)) return false;
    if (Number.isNaN(this.#last)) this.isLacking = true;
    line.stamp = this.#last;
    line.stampDated = this.#isDated;
    line.stampZoned = false;
    return true;
  }

  #labelled(line: Line): boolean {
    const { b, from, to } = line;
    if (stands(b, BAR, from, to)) {
      line.from = from + BAR.length;
      return true;
    }
    let p = from;
    while (b[p] === SPACE && p <= from + MOST_STAMP_COLUMNS) p++;
    const isBelow = this.#columns === 0 ? p > from + MOST_BLANKS : p === from + this.#columns;
    if (isBelow) return this.#unstamped(line, p);
    if (p < from + LEAST_BLANKS || p > from + MOST_BLANKS) return false;
    const label = labels.find((text) => stands(b, text, p, to));
    if (!label || b[p + label.length] !== SPACE) return false;
    p += label.length;
    while (b[p] === SPACE && p < to) p++;
    line.from = p;
    return p < to;
  }

  /** Takes what stands behind the level at p as the message, without the source and the blanks at the end. */
  #message(line: Line, p: number): boolean {
    const { b, v, to } = line;
    const start = p + LEVEL_COLUMNS;
    if (!isLevel(b, p, to)) return false;
    const source = sourceStart(b, start, to);
    let end = source < 0 ? to : source;
    while (end > start && b[end - 1] === SPACE) end--;
    const scratch = line.scratch(end - start);
    line.moveTo(scratch, copyWords(v, start, end, scratch.v, 0));
    return true;
  }
}

export const consoleLabel = (runtime: Runtime): Envelope => new ConsoleEnvelope(runtime);
