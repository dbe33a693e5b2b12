/**
 * Lines that are written twice, byte for byte, because two handlers of Python's logging write to one file (a logger that propagates to a
 * root with the same formatter). The copies are no requests: counted as such, a worker that runs one request at a time would seem to run
 * two.
 *
 * Two requests may also leave the same line if its stamp is in whole seconds, so one doubled line proves nothing. It is proof if every line
 * comes an even number of times and neighbours differ in more than their stamps. (A probe that asks twice every ten seconds also doubles
 * all lines, but there only the stamps differ.)
 */
import { type ReadLine, readJoined } from './joined-lines.ts';
import type { Tally } from './tally.ts';

/**
 * All lines are doubled after so many changes from one doubled line to another that differs in more than its stamp. If odd and even numbers
 * were equally likely, the chance of that would be 2^-8.
 */
const TELLING = 8;
/** Most bytes from the first to the last in which lines differ if only their stamps do: hh:mm:ss.mmm. The day changes too rarely to matter. */
const STAMP_BYTES = 12;
/** Only so many lines are watched: handlers are set up when a server starts. */
const FIRST_LINES = 2000;

interface Kept {
  readonly text: Buffer;
  readonly offset: number;
  readonly number: number;
  /** The line repeats the one before it, which is no copy. */
  readonly isCopy: boolean;
}

export class DoubledLines {
  /** All lines are doubled, so whether a line is a copy depends on the one before it. */
  seen = false;
  readonly #tally: Tally;
  readonly #read: ReadLine;
  /** Lines since one came for the second time, kept until it is clear whether all are doubled. */
  #kept: Kept[] = [];
  /** The current line, or the last one, is #last[0, #length): memory that is used again for each line. Empty before the first. */
  #last: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Offset of its newline. */
  #lastEnd = 0;
  /** How often it came in a row. */
  #times = 0;
  #telling = 0;
  #watched = 0;

  constructor(tally: Tally, read: ReadLine) {
    this.#tally = tally;
    this.#read = read;
  }

  /** Whether the next line may turn out to be a copy of this one. */
  get mayGoOn(): boolean {
    return this.seen || this.#kept.length > 0;
  }

  /** Reads or keeps the line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    if (!this.seen && this.#watched > FIRST_LINES) this.#read(b, v, from, to, offset);
    else this.#watch(b, v, from, to, offset);
  }

  #watch(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    const isNext = offset - this.#lastEnd <= 2;
    const isSame = isNext && this.#times > 0 && this.#isLast(b, from, to);
    this.#lastEnd = offset + to - from;
    const isCopy = isSame && this.#times % 2 === 1;
    if (isSame) this.#times++;
    else this.#startRun(isNext, b, from, to);
    if (this.seen) {
      if (isCopy) this.#tally.continuation++;
      else this.#read(b, v, from, to, offset);
    } else if (isSame || this.#kept.length > 0) {
      const text = Buffer.from(this.#last.subarray(0, this.#length));
      this.#kept.push({ text, offset, number: this.#tally.lines, isCopy });
      if (this.#telling >= TELLING) this.#settle();
    } else this.#read(b, v, from, to, offset);
    if (!this.seen && ++this.#watched > FIRST_LINES) this.flush();
  }

  #isLast(b: Buffer, from: number, to: number): boolean {
    const length = this.#length;
    return length === to - from && this.#last.compare(b, from, to, 0, length) === 0;
  }

  /** Starts with a line that differs from the one before. */
  #startRun(isNext: boolean, b: Buffer, from: number, to: number): void {
    const wasDoubled = isNext && this.#times > 0 && this.#times % 2 === 0;
    if (!wasDoubled) this.#giveUp();
    else if (differBeyondStamp(this.#last.subarray(0, this.#length), b.subarray(from, to))) this.#telling++;
    const length = to - from;
    if (length > this.#last.length) this.#last = Buffer.allocUnsafe(2 * length);
    b.copy(this.#last, 0, from, to);
    this.#length = length;
    this.#times = 1;
  }

  /** Concludes that all lines are doubled. */
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

  /** Releases the kept lines, so that what was read so far of a growing log is in the results. */
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
