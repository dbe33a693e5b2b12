/**
 * Lines that are written twice, byte for byte, because two handlers of Python's logging write to one file (a logger that propagates to a root
 * with the same formatter). Of the copies none is a request: read as some, a worker that runs one request at a time would run two.
 *
 * Two requests may leave the same line as well, where its stamp is of whole seconds: one line twice shows nothing. That every line comes an
 * even number of times does, where neighbours differ in more than their stamps: a probe that asks twice every ten seconds leaves such a log.
 */
import { type ReadLine, readJoined } from './joined-lines.ts';
import type { Tally } from './tally.ts';

/** Changes from one doubled line to another, in more than a stamp, from which all lines are. By chance: 2^-8, if lines came as often odd as even. */
const TELLING = 8;
/** Bytes from the first to the last in which two lines may differ by their stamps alone: hh:mm:ss.mmm; a day changes once. */
const STAMP_BYTES = 12;
/** So many lines show it, or nothing does: handlers are set up when a server starts. */
const FIRST_LINES = 2000;

interface Kept {
  readonly text: Buffer;
  readonly offset: number;
  readonly number: number;
  /** The same as the line before it, which is none itself. */
  readonly isCopy: boolean;
}

export class DoubledLines {
  /** Every line is: what a line is, depends on the one before it. */
  seen = false;
  readonly #tally: Tally;
  readonly #read: ReadLine;
  /** Lines since one came for the second time, until it is clear whether all do. */
  #kept: Kept[] = [];
  /** The line in hand, or the last one; empty before the first. */
  #last: Buffer = Buffer.alloc(0);
  /** Offset behind it, of its newline. */
  #lastEnd = 0;
  /** How often it came. */
  #times = 0;
  #telling = 0;
  #watched = 0;

  constructor(tally: Tally, read: ReadLine) {
    this.#tally = tally;
    this.#read = read;
  }

  /** The next line may be a copy of this one. */
  get mayGoOn(): boolean {
    return this.seen || this.#kept.length > 0;
  }

  /** The line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    if (!this.seen && this.#watched > FIRST_LINES) this.#read(b, v, from, to, offset);
    else this.#watch(b, v, from, to, offset);
  }

  #watch(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    const isNext = offset - this.#lastEnd <= 2;
    const isSame = isNext && this.#times > 0 && this.#last.compare(b, from, to) === 0;
    this.#lastEnd = offset + to - from;
    const isCopy = isSame && this.#times % 2 === 1;
    if (isSame) this.#times++;
    else this.#startRun(isNext, Buffer.from(b.subarray(from, to)));
    if (this.seen) {
      if (isCopy) this.#tally.continuation++;
      else this.#read(b, v, from, to, offset);
    } else if (isSame || this.#kept.length > 0) {
      this.#kept.push({ text: this.#last, offset, number: this.#tally.lines, isCopy });
      if (this.#telling >= TELLING) this.#settle();
    } else this.#read(b, v, from, to, offset);
    if (!this.seen && ++this.#watched > FIRST_LINES) this.flush();
  }

  /** Another line than the one before. */
  #startRun(isNext: boolean, text: Buffer): void {
    const wasDoubled = isNext && this.#times > 0 && this.#times % 2 === 0;
    if (!wasDoubled) this.#giveUp();
    else if (differBeyondStamp(this.#last, text)) this.#telling++;
    this.#last = text;
    this.#times = 1;
  }

  /** All lines are doubled. */
  #settle(): void {
    this.seen = true;
    this.#tally.assumptions.add(
      'every line is written twice, as by two handlers of one log: the copies are counted once',
    );
    this.#release(({ isCopy }) => isCopy);
  }

  #giveUp(): void {
    if (this.seen) return;
    this.#telling = 0;
    this.flush();
  }

  /** Of a log that is being written: what has been read is to be told. */
  flush(): void {
    this.#release(() => false);
  }

  #release(isLeftOut: (kept: Kept) => boolean): void {
    const kept = this.#kept;
    this.#kept = [];
    for (const one of kept) {
      if (isLeftOut(one)) this.#tally.continuation++;
      else readJoined(one, [one.text], 0, this.#tally, this.#read);
    }
  }

  forget(): void {
    this.#kept = [];
    this.#times = this.#telling = 0;
  }
}

function differBeyondStamp(one: Buffer, other: Buffer): boolean {
  const shorter = Math.min(one.length, other.length);
  let first = 0;
  while (first < shorter && one[first] === other[first]) first++;
  let behind = 0;
  while (behind < shorter - first && one[one.length - 1 - behind] === other[other.length - 1 - behind]) behind++;
  return Math.max(one.length, other.length) - first - behind > STAMP_BYTES;
}
