/**
 * Records that rich's handler for logging broke at the width of its console, which is 80 columns where it is none: each becomes a line of
 * its own again. Every line is filled with blanks up to that width, and stands under the message of the first.
 *   [04:34:51] INFO     203.0.113.1:0 - "DELETE                httptools_impl.py:482
 *                       /items/77 HTTP/1.1" 204 No Content
 */
import { columnOfMessage, sourceStart } from './envelopes/console.ts';
import { type FirstLine, type ReadLine, readJoined } from './joined-lines.ts';
import type { Tally } from './tally.ts';

const BLANK = 32;
/** A record of more is a traceback in a frame. */
const MOST_BYTES = 1 << 16;
const SOME_BLANK = Buffer.from(' ');

/** The first line of a record. */
interface Head extends FirstLine {
  readonly text: Buffer;
  /** Bytes in front of the message. */
  readonly indent: number;
  /** Where in the code it was written, at the end of the first line; the length of the line where that is not shown. */
  readonly source: number;
  /** Columns of the whole line and of its message. */
  readonly columns: number;
  readonly messageColumns: number;
}

/** Of UTF-8, of which each character but those of the far East fills one column. */
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
  /** Lines were joined: what a line is, depends on those around it. */
  seen = false;
  readonly #tally: Tally;
  readonly #read: ReadLine;
  #head: Head | null = null;
  /** Of the message: what each line holds of it, and what stands between two. */
  #pieces: Buffer[] = [];
  /** The last of them ends in a word that goes on. */
  #isCut = false;
  #bytes = 0;
  #lines = 0;
  /** It was asked before, since the last line, whether anything can be told. */
  #hasWaited = false;

  constructor(tally: Tally, read: ReadLine) {
    this.#tally = tally;
    this.#read = read;
  }

  get isOpen(): boolean {
    return this.#head !== null;
  }

  /** The line b[from, to), which was counted. */
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
    // A blank stands between both columns.
    const behind = found < 0 ? 0 : 1 + columnsIn(text, source, text.length);
    const messageColumns = columns - indent - behind;
    this.#head = { text, offset, number: this.#tally.lines, indent, source, columns, messageColumns };
    this.#add(this.#head, text, indent, source);
  }

  /** A word that is longer than the column was cut, and fills it; elsewhere a blank was left out. */
  #add({ messageColumns }: Head, b: Buffer, from: number, to: number): void {
    const piece = Buffer.from(withoutBlanks(b, from, to));
    const isFirst = this.#pieces.length === 0;
    const isCut = this.#isCut;
    this.#isCut = columnsIn(piece, 0, piece.length) === messageColumns && !piece.includes(BLANK);
    // A word that was cut into whole lines is followed by an empty one.
    if (piece.length === 0) return;
    this.#pieces.push(...(isFirst || isCut ? [piece] : [SOME_BLANK, piece]));
    this.#bytes += piece.length;
  }

  /** Of a log that is being written, line by line perhaps: a record for which nothing came since the last time is whole. */
  flush(): void {
    if (this.#hasWaited) this.end();
    this.#hasWaited = true;
  }

  /** No record goes on: what was kept is one line. */
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

/** Does b[from, to) stand under the message, and is it no wider than the first line? */
function goesOn({ indent, columns }: Head, b: Buffer, from: number, to: number): boolean {
  if (to - from <= indent) return false;
  const first = firstFilled(b, from, to);
  if (first === to) return to - from === columns;
  return first === from + indent && columnOfMessage(b, from, to) < 0 && columnsIn(b, from, to) <= columns;
}

/** Behind the blanks at the start of b[from, to). */
function firstFilled(b: Buffer, from: number, to: number): number {
  let p = from;
  while (p < to && b[p] === BLANK) p++;
  return p;
}
