/**
 * Records that rich's handler for logging wrapped at the width of its console, or at 80 columns if there is none. Each becomes one line
 * again. Every line is padded with blanks to that width, and the text continues under the message of the first line.
 *   [04:34:51] INFO     203.0.113.1:0 - "DELETE                httptools_impl.py:482
 *                       /items/77 HTTP/1.1" 204 No Content
 */
import { columnOfMessage, sourceStart } from './envelopes/console.ts';
import { type FirstLine, type ReadLine, readJoined } from './joined-lines.ts';
import type { Tally } from './tally.ts';

const BLANK = 32;
/** A longer record is a traceback in a frame. */
const MOST_BYTES = 1 << 16;
const SOME_BLANK = Buffer.from(' ');

/** The first line of a record. */
interface Head extends FirstLine {
  readonly text: Buffer;
  /** Bytes in front of the message. */
  readonly indent: number;
  /** Where the source ("app.py:8") begins at the end of the first line; the length of the line if it is not shown. */
  readonly source: number;
  /** Widths of the whole line and of its message, in columns. */
  readonly columns: number;
  readonly messageColumns: number;
}

/** Columns of UTF-8 text. One per character, which is wrong only for those of East Asian scripts. */
function columnsIn(b: Buffer, from: number, to: number): number {
  let columns = 0;
  for (let p = from; p < to; p++) if ((b[p] & 0xc0) !== 0x80) columns++;
  return columns;
}

function withoutBlanks(b: Buffer, from: number, to: number): Buffer {
  let end = to;
  while (end > from && b[end - 1] === BLANK) end--;
  return b.subarray(from, end);
}

export class WrappedRecords {
  /** Lines were joined, so what a line is depends on those around it. */
  seen = false;
  readonly #tally: Tally;
  readonly #read: ReadLine;
  #head: Head | null = null;
  /** Pieces of the message from each line, and the blanks between them. */
  #pieces: Buffer[] = [];
  /** The last piece ends in a word that continues in the next line. */
  #isCut = false;
  #bytes = 0;
  #lines = 0;
  /** `flush` was called since the last line. */
  #hasWaited = false;

  constructor(tally: Tally, read: ReadLine) {
    this.#tally = tally;
    this.#read = read;
  }

  get isOpen(): boolean {
    return this.#head !== null;
  }

  /** Takes the line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    this.#hasWaited = false;
    const head = this.#head;
    if (head && this.#bytes + to - from <= MOST_BYTES && goesOn(head, b, from, to)) {
      this.seen = true;
      this.#add(head, b, from + head.indent, to);
      this.#lines++;
      return;
    }
    if (head) this.end();
    const indent = columnOfMessage(b, from, to);
    if (indent < 0) this.#read(b, v, from, to, offset);
    else this.#open(b, from, to, offset, indent);
  }

  #open(b: Buffer, from: number, to: number, offset: number, indent: number): void {
    const text = Buffer.from(b.subarray(from, to));
    const found = sourceStart(b, from + indent, to);
    const source = found < 0 ? text.length : found - from;
    const columns = columnsIn(text, 0, text.length);
    // There is a blank between the two columns.
    const behind = found < 0 ? 0 : 1 + columnsIn(text, source, text.length);
    const messageColumns = columns - indent - behind;
    this.#head = { text, offset, number: this.#tally.lines, indent, source, columns, messageColumns };
    this.#add(this.#head, text, indent, source);
  }

  /** A word that is longer than the column fills it and is cut. At any other break, a blank was removed. */
  #add({ messageColumns }: Head, b: Buffer, from: number, to: number): void {
    const piece = Buffer.from(withoutBlanks(b, from, to));
    const isFirst = this.#pieces.length === 0;
    const isCut = this.#isCut;
    this.#isCut = columnsIn(piece, 0, piece.length) === messageColumns && !piece.includes(BLANK);
    // rich writes an empty line after a word that was cut into whole lines.
    if (piece.length === 0) return;
    this.#pieces.push(...(isFirst || isCut ? [piece] : [SOME_BLANK, piece]));
    this.#bytes += piece.length;
  }

  /** For a growing log, perhaps read line by line: a record without a new line since the last call is complete. */
  flush(): void {
    if (this.#hasWaited) this.end();
    this.#hasWaited = true;
  }

  /** No record continues: the kept lines are one line. */
  end(): void {
    const head = this.#head;
    if (!head) return;
    const [pieces, lines] = [this.#pieces, this.#lines];
    this.forget();
    const { text, indent, source } = head;
    const parts = lines === 0 ? [text] : [text.subarray(0, indent), ...pieces, SOME_BLANK, text.subarray(source)];
    readJoined(head, parts, lines, this.#tally, this.#read);
  }

  forget(): void {
    this.#head = null;
    this.#pieces = [];
    this.#isCut = false;
    this.#bytes = this.#lines = 0;
  }
}

/** Whether b[from, to) stands under the message and is not wider than the first line. */
function goesOn({ indent, columns }: Head, b: Buffer, from: number, to: number): boolean {
  if (to - from <= indent) return false;
  const first = firstFilled(b, from, to);
  if (first === to) return to - from === columns;
  return first === from + indent && columnOfMessage(b, from, to) < 0 && columnsIn(b, from, to) <= columns;
}

/** Position behind the blanks at the start of b[from, to). */
function firstFilled(b: Buffer, from: number, to: number): number {
  let p = from;
  while (p < to && b[p] === BLANK) p++;
  return p;
}
