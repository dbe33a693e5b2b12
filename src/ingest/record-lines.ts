/** Lines that are no records by themselves: copies, lines that rich's handler wrapped, and JSON in several lines. Handled in this order. */
import { DoubledLines } from './doubled-lines.ts';
import { columnOfMessage } from './envelopes/console.ts';
import type { ReadLine } from './joined-lines.ts';
import { PrettyRecords } from './pretty-records.ts';
import { Tally } from './tally.ts';
import { WrappedRecords } from './wrapped-records.ts';

export class RecordLines {
  readonly #pretty: PrettyRecords;
  readonly #wrapped: WrappedRecords;
  readonly #doubled: DoubledLines;
  /** Which of these kinds were seen before the lines of this range. */
  #known: string;

  constructor(tally: Tally, read: ReadLine) {
    this.#pretty = new PrettyRecords(tally, read);
    this.#wrapped = new WrappedRecords(tally, (b, v, from, to, at) => this.#pretty.line(b, v, from, to, at));
    this.#doubled = new DoubledLines(tally, (b, v, from, to, at) => this.#wrapped.line(b, v, from, to, at));
    this.#known = this.#kinds;
  }

  /** Whether the next line may continue or copy the record before it. */
  get mayGoOn(): boolean {
    return this.#doubled.mayGoOn || this.#pretty.isOpen || this.#wrapped.isOpen || this.#wrapped.seen;
  }

  /** Whether a line is kept that would end at an empty line. */
  get isOpen(): boolean {
    return this.#wrapped.isOpen;
  }

  /**
   * Whether, together with the lines around them, the lines that were read might have been read differently: a kind was new in them, or
   * they end inside a record. If the kinds are known and a range begins at a line that stands alone, it is read as in the whole file.
   */
  get dependsOnNeighbours(): boolean {
    return this.#pretty.isOpen || this.#kinds !== this.#known;
  }

  get #kinds(): string {
    return [this.#doubled, this.#pretty, this.#wrapped].map(({ seen }) => Number(seen)).join('');
  }

  /** Whether the line b[from, to) is the same record whatever precedes it. (It may still be a copy.) */
  standsAlone(b: Buffer, from: number, to: number): boolean {
    return !this.#wrapped.seen || columnOfMessage(b, from, to) >= 0;
  }

  /** For other lines of the same input, with the same kinds known. */
  alike(read: ReadLine): RecordLines {
    const others = new RecordLines(new Tally(), read);
    others.#doubled.seen = this.#doubled.seen;
    others.#pretty.seen = this.#pretty.seen;
    others.#wrapped.seen = this.#wrapped.seen;
    return others;
  }

  /** Takes the line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    this.#doubled.line(b, v, from, to, offset);
  }

  /** Releases the kept lines that are complete, so that what was read of a growing log is in the results. */
  flush(): void {
    this.#doubled.flush();
    this.#wrapped.flush();
  }

  /** No more lines will come. */
  end(): void {
    this.#doubled.flush();
    this.#wrapped.end();
    this.#pretty.end();
  }

  /** Keeps the kinds that were found, and forgets the lines. */
  forget(): void {
    this.#known = this.#kinds;
    this.#doubled.forget();
    this.#wrapped.forget();
    this.#pretty.forget();
  }
}
