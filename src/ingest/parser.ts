/** The contract between bytes and columns: what a parser takes, and what it gives. */
import type { RequestBatch } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { InputSummary } from '../core/summary.ts';
import type { InputReport } from './input-report.ts';
import type { LeftOut } from './window-filter.ts';

export interface IngestSink {
  /** Rows of one stream. The arrays are reused after the call. */
  batch(batch: RequestBatch): void;
  /**
   * Rows of a proxy for requests that the lines of its server show, too, in the same input. They are no requests of their own. Missing: not
   * wanted.
   */
  retold?(batch: RequestBatch): void;
  lifecycle(event: LifecycleEvent): void;
  /**
   * All rows of this input that were given so far are withdrawn. They come again, read differently, as more lines told more. Missing: lines of
   * a live log are never read again.
   */
  withdraw?(source: number): void;
  /**
   * Called when there are very many names of routes and no rows are waiting: names that are not needed may be dropped.
   * @returns whether ids changed
   */
  dropRoutes?(): boolean;
}

export interface LogParser {
  /** The next bytes of the input, cut anywhere. */
  push(chunk: Uint8Array): void;
  /** The next bytes: `read` writes at most `most` of them into the buffer at `place`, and returns how many. Returns the same number. */
  pull(read: (buffer: Buffer, place: number, most: number) => number): number;
  /** What comes next is at this offset of a larger input. Only before anything was read. */
  startAt(offset: number): void;
  /** Passes on the rows that were parsed so far; an incomplete last line is kept. */
  flush(): void;
  /** The input has ended: a last line without a newline counts. */
  end(): void;
  /** The input is damaged here and cannot be read further. What there is of a last line does not count. @param sentence for the report */
  cutOff(sentence: string): void;
  /** Counts of what lay outside the wanted time window, which is not in the report; null: everything is wanted. */
  leftOut(): LeftOut | null;
  /** What was read so far. */
  report(): InputSummary;
  /** The same, to be joined with those of other ranges of the input. */
  inputReport(): InputReport;
  /**
   * Offset in `lines` (whole lines) of the first one at which a range may begin, by the formats found so far: a line that is a request
   * whatever stands before it. -1: none. Counts nothing; only to be called before anything was read.
   */
  firstBorder(lines: Uint8Array): number;
  /**
   * true: together with the lines around the range, some of its lines might have been read differently (for example, a format was first met
   * in it). If called before `end`, this includes the lines behind it (a record that continues).
   */
  dependsOnNeighbours(): boolean;
}
