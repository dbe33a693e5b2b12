/** Lines that are no record by themselves, of every kind: copies, what rich's handler broke, and JSON in several lines, in it or by itself. */
import { DoubledLines } from './doubled-lines.ts';
import type { ReadLine } from './joined-lines.ts';
import { PrettyRecords } from './pretty-records.ts';
import type { Tally } from './tally.ts';
import { WrappedRecords } from './wrapped-records.ts';

export class RecordLines {
  readonly #pretty: PrettyRecords;
  readonly #wrapped: WrappedRecords;
  readonly #doubled: DoubledLines;

  constructor(tally: Tally, read: ReadLine) {
    this.#pretty = new PrettyRecords(tally, read);
    this.#wrapped = new WrappedRecords(tally, (b, v, from, to, at) => this.#pretty.line(b, v, from, to, at));
    this.#doubled = new DoubledLines(tally, (b, v, from, to, at) => this.#wrapped.line(b, v, from, to, at));
  }

  /** The next line may be part of the record before it, or its copy. */
  get mayGoOn(): boolean {
    return this.#doubled.mayGoOn || this.#pretty.isOpen || this.#wrapped.isOpen || this.#wrapped.seen;
  }

  /** A line is kept that an empty one would end. */
  get isOpen(): boolean {
    return this.#wrapped.isOpen;
  }

  /** What a line is, depended on those around it. */
  get seen(): boolean {
    return this.#doubled.seen || this.#pretty.seen || this.#wrapped.seen;
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

  forget(): void {
    this.#doubled.forget();
    this.#wrapped.forget();
    this.#pretty.forget();
  }
}
