/** The contract between bytes and columns: what feeds on a parser and what a parser reports. */
import type { RequestBatch } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { InputSummary } from '../core/summary.ts';
import type { InputReport } from './input-report.ts';
import type { LeftOut } from './window-filter.ts';

export interface IngestSink {
  /** Rows of one stream; the arrays are reused after the call returns. */
  batch(batch: RequestBatch): void;
  /**
   * Rows of a proxy whose requests the lines of its server tell of, in the same input: they are no requests of their own. Missing: nobody
   * wants them.
   */
  retold?(batch: RequestBatch): void;
  lifecycle(event: LifecycleEvent): void;
  /** There are very many names of routes, and no rows wait: those that nobody needs may go. true: ids have changed. */
  dropRoutes?(): boolean;
}

export interface LogParser {
  /** The next bytes of the input, wherever they were cut. */
  push(chunk: Uint8Array): void;
  /** The next bytes, written by `read` into a buffer of the parser (at `place`, at most so many); gives how many it gave. */
  pull(read: (buffer: Buffer, place: number, most: number) => number): number;
  /** What comes next stands at this byte of a larger input; nothing has been read of it yet. */
  startAt(offset: number): void;
  /** Hands on the rows parsed so far (a torn last line stays back). */
  flush(): void;
  /** The input is over: a last line without a newline counts. */
  end(): void;
  /** The input is damaged here, and cannot be read on: a sentence for the report. What there is of a last line counts for nothing. */
  cutOff(sentence: string): void;
  /** What lay outside the stretch of time that is wanted; null when everything is wanted. It is not in the report. */
  leftOut(): LeftOut | null;
  /** What has been read so far. */
  report(): InputSummary;
  /** The same, to be joined with that of other ranges of the input. */
  inputReport(): InputReport;
  /**
   * Offset in `lines` (whole lines) of the first one at which a range may begin, by the formats found so far: a request, whatever stands
   * before it. -1: none. Nothing is counted; only before anything has been read.
   */
  firstBorder(lines: Uint8Array): number;
  /**
   * true: with the lines around the range that was read, some might have been taken otherwise (a format that is new in it). Asked before
   * `end`, with those behind it, too (a record that goes on).
   */
  dependsOnNeighbours(): boolean;
}
