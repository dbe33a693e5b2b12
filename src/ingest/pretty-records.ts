/**
 * JSON records that span several lines, as `jq .`, `journalctl -o json-pretty`, `gcloud logging read --format=json` and `aws logs
 * get-log-events` write them. Each becomes a single line. If a line comes that cannot be part of the record, the kept lines are read
 * separately, as they are.
 */
import { closingQuote, isDigit } from './bytes.ts';
import { type ReadLine, readJoined } from './joined-lines.ts';
import type { Tally } from './tally.ts';

const TAB = 9;
const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** A longer record is garbage. */
const MOST_BYTES = 1 << 18;

interface Kept {
  readonly text: Buffer;
  /** Number of blanks at its start. */
  readonly blanks: number;
  readonly offset: number;
  readonly number: number;
}

export class PrettyRecords {
  /** Lines were kept or skipped, so what a line is depended on those before it. */
  seen = false;
  readonly #tally: Tally;
  readonly #read: ReadLine;
  #kept: Kept[] = [];
  #bytes = 0;
  #depth = 0;
  /** The kept lines only open objects and lists: {"events": [ */
  #onlyOpens = false;

  constructor(tally: Tally, read: ReadLine) {
    this.#tally = tally;
    this.#read = read;
  }

  get isOpen(): boolean {
    return this.#kept.length > 0;
  }

  /** Takes the line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    let first = from;
    while (first < to && (b[first] === BLANK || b[first] === TAB)) first++;
    if (this.isOpen) {
      const change = first < to && isPart(b, from, first, to) ? depthChange(b, first, to) : Number.NaN;
      if (!Number.isNaN(change) && this.#bytes + to - from <= MOST_BYTES) {
        this.#goOn(b, from, first, to, offset, change);
        return;
      }
      this.end();
    }
    if (!this.#opens(b, from, first, to, offset)) this.#read(b, v, from, to, offset);
  }

  #goOn(b: Buffer, from: number, first: number, to: number, offset: number, change: number): void {
    if (this.#onlyOpens && this.#kept.length > 1 && b[first] === OPEN_BRACE) {
      // The first record of a list begins: what was opened around it is dropped.
      this.#tally.continuation += this.#kept.length;
      this.forget();
      this.#onlyOpens = false;
    } else this.#onlyOpens &&= change > 0;
    this.#keep(b, from, first, to, offset);
    this.#depth += change;
    if (this.#depth > 0) return;
    const kept = this.#kept;
    this.forget();
    this.#readAs(kept);
  }

  /** No record continues: the kept lines are read as they are. */
  end(): void {
    const kept = this.#kept;
    this.forget();
    for (const one of kept) this.#readAs([one]);
  }

  /** Reads the kept lines as one. Each was counted. */
  #readAs(kept: readonly Kept[]): void {
    const [first] = kept;
    const parts = kept.length === 1 ? [first.text] : kept.map(({ text, blanks }) => text.subarray(blanks));
    readJoined(first, kept.length === 1 ? parts : withoutComma(parts), kept.length - 1, this.#tally, this.#read);
  }

  forget(): void {
    this.#kept = [];
    this.#bytes = this.#depth = 0;
  }

  #opens(b: Buffer, from: number, first: number, to: number, offset: number): boolean {
    const c = b[first];
    if (c === OPEN_BRACE && first + 1 === to) {
      this.seen = true;
      this.#onlyOpens = first === from;
      this.#keep(b, from, first, to, offset);
      this.#depth = 1;
      return true;
    }
    // "[" and "]" around records, and the end of an object that held a list of them.
    const isBracket = c === OPEN_BRACKET || (this.seen && (c === CLOSE_BRACKET || c === CLOSE_BRACE));
    if (!isBracket || first + 1 + (b[first + 1] === COMMA ? 1 : 0) !== to || first - from > 40) return false;
    this.seen = true;
    this.#tally.continuation++;
    return true;
  }

  #keep(b: Buffer, from: number, first: number, to: number, offset: number): void {
    const text = Buffer.from(b.subarray(from, to));
    this.#kept.push({ text, blanks: first - from, offset, number: this.#tally.lines });
    this.#bytes += to - from;
  }
}

/** A record without the comma that separates it from the next one. */
const withoutComma = (texts: readonly Buffer[]): Buffer[] =>
  texts.map((text, i) => (i === texts.length - 1 && text[text.length - 1] === COMMA ? text.subarray(0, -1) : text));

/**
 * Whether b[first, to) may be a line of a record: '"key": …', a value of a list, a bracket. At the start of a line, only closing brackets
 * may be.
 */
function isPart(b: Buffer, from: number, first: number, to: number): boolean {
  const c = b[first];
  if (c === CLOSE_BRACE || c === CLOSE_BRACKET) return true;
  if (first === from) return false;
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return true;
  if (c !== QUOTE) return isDigit(c) || c === 45 || c === 116 || c === 102 || c === 110;
  const end = closingQuote(b, first + 1, to);
  if (end < 0) return false;
  const next = b[end + 1];
  return end + 1 >= to || next === COLON || next === COMMA || (next === BLANK && b[end + 2] === COLON);
}

/** How many more objects and lists are open behind b[from, to); NaN: a string continues beyond the line. */
function depthChange(b: Buffer, from: number, to: number): number {
  let depth = 0;
  for (let p = from; p < to; p++) {
    const c = b[p];
    if (c === QUOTE) {
      p = closingQuote(b, p + 1, to);
      if (p < 0) return Number.NaN;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--;
  }
  return depth;
}
