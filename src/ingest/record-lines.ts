/** Lines that are no record by themselves, of every kind: copies, what rich's handler broke, and JSON in several lines, in it or by itself. */
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
  /** Kinds that were seen before the lines of this range. */
  #known: string;

  constructor(tally: Tally, read: ReadLine) {
    this.#pretty = new PrettyRecords(tally, read);
    this.#wrapped = new WrappedRecords(tally, (b, v, from, to, at) => this.#pretty.line(b, v, from, to, at));
    this.#doubled = new DoubledLines(tally, (b, v, from, to, at) => this.#wrapped.line(b, v, from, to, at));
    this.#known = this.#kinds;
  }

  /** The next line may be part of the record before it, or its copy. */
  get mayGoOn(): boolean {
    return this.#doubled.mayGoOn || this.#pretty.isOpen || this.#wrapped.isOpen || this.#wrapped.seen;
  }

  /** A line is kept that an empty one would end. */
  get isOpen(): boolean {
    return this.#wrapped.isOpen;
  }

  /**
   * With the lines around those that were read, some might have been read otherwise: a kind was new in them, or they end in a record. Where
   * the kinds are known and a range begins at a line that stands by itself, it is read as within its file.
   */
  get dependsOnNeighbours(): boolean {
    return this.#pretty.isOpen || this.#kinds !== this.#known;
  }

  get #kinds(): string {
    return [this.#doubled, this.#pretty, this.#wrapped].map(({ seen }) => Number(seen)).join('');
  }

  /** Does what the line b[from, to) is not depend on those before it? Its copy aside. */
  standsAlone(b: Buffer, from: number, to: number): boolean {
    return !this.#wrapped.seen || columnOfMessage(b, from, to) >= 0;
  }

  /** Other lines of the same input, in which the same kinds are known. */
  alike(read: ReadLine): RecordLines {
    const others = new RecordLines(new Tally(), read);
    others.#doubled.seen = this.#doubled.seen;
    others.#pretty.seen = this.#pretty.seen;
    others.#wrapped.seen = this.#wrapped.seen;
    return others;
  }

  /** The line b[from, to), which was counted. */
  line(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    this.#doubled.line(b, v, from, to, offset);
  }

  /** Of a log that is being written: what has been read is to be told, where it is whole. */
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

  /** Keeps the kinds found and forgets the lines. */
  forget(): void {
    this.#known = this.#kinds;
    this.#doubled.forget();
    this.#wrapped.forget();
    this.#pretty.forget();
  }
}
