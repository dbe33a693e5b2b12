/**
 * What the engine publishes and the screen draws: an immutable picture of the log at one instant. The terminal UI reads snapshots, and
 * never lines.
 */
import type { Names } from './batch.ts';
import type { ServerInference } from './inference.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import type { FilteredPart } from './part.ts';
import type { Severity, Summary } from './summary.ts';
import type { RequestTable } from './table.ts';

export interface Verdict {
  readonly severity: Severity | 'ok';
  /** One sentence for a person. */
  readonly sentence: string;
  /** The same with the same numbers in fewer words, longest first, for where there is little room. */
  readonly shorter?: readonly string[];
  /** 0..1 */
  readonly confidence: number;
}

/** Where each request is drawn: one value per row of the table; NaN (or -1): unknown. */
export interface Placement {
  /** µs since 1970 UTC. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Half-width of the range in which both may lie, µs. */
  readonly uncertainty: Float64Array;
  /** Which slot of its worker, from 0 (of the pool, if the log names no worker). */
  readonly slot: Int32Array;
  /** µs in front of the worker. */
  readonly wait: Float64Array;
  /** Alternately 0 and 1 for the requests of a worker, so that neighbours can be distinguished. */
  readonly turn: Uint8Array;
}

type Times = Pick<Placement, 'start' | 'end'>;

/** µs: if only one of start and end is known, the request is drawn as an instant, and that one stands for both. */
export const endedAt = ({ start, end }: Times, row: number): number => (end[row] === end[row] ? end[row] : start[row]);
export const begunAt = ({ start, end }: Times, row: number): number =>
  start[row] === start[row] ? start[row] : end[row];

/**
 * Which rows the table of a picture has, so that what was computed from the rows of one picture can be kept for the next. Between two
 * pictures with the same `table`, rows were appended, dropped at the beginning (`first`) or placed anew (`settled`), and nothing else
 * changed.
 */
export interface RowsRevision {
  readonly table: object;
  /** Number of row 0, counted since the table began. */
  readonly first: number;
  /** How often places were computed anew, and the number of the first row that moved the last time. */
  readonly settled: number;
  readonly settledFrom: number;
}

export const newRevision = (): RowsRevision => ({ table: {}, first: 0, settled: 0, settledFrom: 0 });

/** The rate over a whole log, for the transport bar of a replay. */
export interface Overview {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly stepMicros: number;
  /** Requests in each step. */
  readonly requests: Float64Array;
  readonly errors: Float64Array;
}

/** What remains of requests that are no longer held: sums for each step, to draw that part of a picture. */
export interface Past {
  /** µs since 1970 UTC: start of the first step, and where the held requests begin. */
  readonly from: number;
  readonly until: number;
  readonly stepMicros: number;
  /** Per step. */
  readonly requests: Float64Array;
  readonly errors: Float64Array;
  readonly busyMicros: Float64Array;
  /** Busy µs for each step, by id of the worker; empty: not counted. */
  readonly workers: ReadonlyMap<number, Float64Array>;
}

/** How much of the input has been read. */
export interface Reading {
  /** Bytes that were read, and bytes in total (NaN: a stream without a known end). */
  readonly bytes: number;
  readonly total: number;
  /** Bytes of the file before the place where reading began: history that is not shown. */
  readonly skipped: number;
  /** false: what was there at the start is still being read. */
  readonly caughtUp: boolean;
}

export interface Snapshot {
  /** Increases with each picture. */
  readonly version: number;
  readonly mode: 'tail' | 'replay';
  /** What is being read, for the header: a path, "3 files", "standard input". */
  readonly title: string;
  /** One path per input; the index is `source` in the table. */
  readonly sources: readonly string[];
  /** µs since 1970 UTC: the right edge of the picture (live: now; replay: the position of the player). */
  readonly now: number;
  /** µs since 1970 UTC of the first and last known request (replay: of the whole file); NaN: there is none yet. */
  readonly from: number;
  readonly to: number;
  /** `now` follows the wall clock. false: the log ended long ago, or is replayed. */
  readonly live: boolean;
  readonly playing: boolean;
  /** Replay: seconds of the log per second. */
  readonly speed: number;
  readonly looping: { readonly from: number; readonly to: number } | null;
  readonly skippingIdle: boolean;
  /** What happened to the input, for the status line: "reading 43 %", "rotated", "file is gone, waiting for it". */
  readonly status: string;
  readonly reading: Reading;
  /** Number of requests read so far, shown or not. */
  readonly total: number;
  /** The summary of the window that the screen shows, with findings. */
  readonly summary: Summary;
  readonly verdict: Verdict;
  /** What passes the filter that was given to the engine; null: there is none, or it was not evaluated yet. */
  readonly part: FilteredPart | null;
  /** The requests that are held, in the order of their lines, and where to draw them (same rows). */
  readonly requests: RequestTable;
  readonly placement: Placement;
  /** A new object whenever `requests` or `placement` is one. */
  readonly revision: RowsRevision;
  /** The requests before those; null: all requests are held. */
  readonly past: Past | null;
  readonly inference: ServerInference;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  /** Offset from UTC of the log's stamps, in minutes (east positive). */
  readonly zoneMinutes: number;
  /** Replay only. */
  readonly overview: Overview | null;
}
