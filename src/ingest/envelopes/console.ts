/**
 * What consoles draw around a line:
 *         INFO   line                                         fastapi run
 *    ▕  line                                                  the same on a terminal, later
 *   [10/29/24 17:04:15] INFO     line              app.py:8   rich's handler for logging
 *                       INFO     line              app.py:8   in the same second: the stamp is that of the line before
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { StampReader } from '../stamps.ts';
import { copyWords, type Envelope, findIn, type Line } from './line.ts';

const SPACE = 32;
/** Blanks in front of the longest label, and of the shortest. */
const LEAST_BLANKS = 3;
const MOST_BLANKS = 12;
/** Columns of rich's stamp and level. */
const STAMP_COLUMNS = 20;
const LEVEL_COLUMNS = 9;
const BAR = Buffer.from(' \u2595  ');
const labels = ['INFO', 'DEBUG', 'WARNING', 'WARN', 'ERROR', 'CRITICAL'].map((label) => Buffer.from(`${label} `));

function stands(b: Buffer, text: Uint8Array, p: number, to: number): boolean {
  return findIn(b, text, p, Math.min(to, p + text.length)) === p;
}

/** Where the blanks in front of "app.py:8" at the end of b[from, to) begin; -1 when nothing of the kind stands there. */
function pathStart(b: Buffer, from: number, to: number): number {
  let p = to;
  while (p > from && isDigit(b[p - 1])) p--;
  if (p === to || b[p - 1] !== 58) return -1;
  const colon = p - 1;
  while (p > from && b[p - 1] > SPACE) p--;
  if (p >= colon || p === from) return -1;
  while (p > from && b[p - 1] === SPACE) p--;
  return p;
}

class ConsoleEnvelope implements Envelope {
  readonly id = 'console';
  readonly #runtime: Runtime;
  readonly #monthFirst: StampReader;
  /** µs: the stamp that was shown last. */
  #last = Number.NaN;
  isLacking = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#monthFirst = runtime.stamp('month-first');
  }

  forget(): void {
    this.#last = Number.NaN;
    this.isLacking = false;
  }

  peel(line: Line): boolean {
    const { b, from } = line;
    if (b[from] === 91) return isDigit(b[from + 1]) && b[from + 3] === 47 && this.#stamped(line);
    return b[from] === SPACE && this.#labelled(line);
  }

  /** A stamp in brackets alone may be of anyone's formatter: rich writes where in the code the line comes from, too. */
  #stamped(line: Line): boolean {
    const { b, v, from, to } = line;
    const { cursor } = this.#runtime;
    const stamp = this.#monthFirst(b, v, from + 1);
    const { digits, end } = cursor;
    if (Number.isNaN(stamp) || end !== from + STAMP_COLUMNS - 2 || b[end] !== 93) return false;
    if (pathStart(b, from + STAMP_COLUMNS, to) < 0 || !this.#message(line, from + STAMP_COLUMNS)) return false;
    this.#last = stamp;
    line.stamp = stamp;
    line.stampDigits = digits;
    line.stampZoned = false;
    return true;
  }

  /** Where a stamp would be the same as that of the line before it is left out. */
  #unstamped(line: Line, p: number): boolean {
    if (!this.#message(line, p)) return false;
    if (Number.isNaN(this.#last)) this.isLacking = true;
    line.stamp = this.#last;
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
    while (b[p] === SPACE && p <= from + STAMP_COLUMNS) p++;
    if (p === from + STAMP_COLUMNS) return this.#unstamped(line, p);
    if (p < from + LEAST_BLANKS || p > from + MOST_BLANKS) return false;
    const label = labels.find((text) => stands(b, text, p, to));
    if (!label || b[p + label.length] !== SPACE) return false;
    p += label.length;
    while (b[p] === SPACE && p < to) p++;
    line.from = p;
    return p < to;
  }

  /** What stands behind the level at p, without the name of a file at the end. */
  #message(line: Line, p: number): boolean {
    const { b, v, to } = line;
    const start = p + LEVEL_COLUMNS;
    if (start >= to || b[start] === SPACE || !labels.some((text) => stands(b, text, p, to))) return false;
    const end = pathStart(b, start, to);
    if (end < 0) {
      line.from = start;
      return true;
    }
    const scratch = line.scratch(end - start);
    line.moveTo(scratch, copyWords(v, start, end, scratch.v, 0));
    return true;
  }
}

export const consoleLabel = (runtime: Runtime): Envelope => new ConsoleEnvelope(runtime);
