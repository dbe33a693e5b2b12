/**
 * What the engine publishes and the screen draws: one immutable picture of the log at an instant. The terminal UI reads
 * snapshots and never a line.
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
  /** The same with the same numbers in fewer words, each shorter than the one before, for where room is short. */
  readonly shorter?: readonly string[];
  /** 0..1 */
  readonly confidence: number;
}

/** Where each request is drawn, one value per row of the table; NaN (or -1) unknown. */
export interface Placement {
  /** µs since 1970 UTC. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Half-width of what is not known about both, µs. */
  readonly uncertainty: Float64Array;
  /** Which slot of its worker (or of the pool, where the log names no worker), from 0. */
  readonly slot: Int32Array;
  /** µs in front of the worker. */
  readonly wait: Float64Array;
  /** 0 and 1 in turn for the requests of one worker, so that neighbours can be told apart. */
  readonly turn: Uint8Array;
}

type Times = Pick<Placement, 'start' | 'end'>;

/** µs: a request of which only one time is known is drawn as an instant, so that its start stands in for its end, and the end for the start. */
export const endedAt = ({ start, end }: Times, row: number): number => (end[row] === end[row] ? end[row] : start[row]);
export const begunAt = ({ start, end }: Times, row: number): number =>
  start[row] === start[row] ? start[row] : end[row];

/**
 * Which rows the table of a picture holds, so that what was worked out from the rows of one picture can be kept for the
 * next. Of two pictures with the same `table` the later one has rows added behind, rows forgotten in front (`first`), and
 * places worked out anew (`settled`), nothing else.
 */
export interface RowsRevision {
  readonly table: object;
  /** Number of row 0 since the table began. */
  readonly first: number;
  /** How often places were worked out anew, and the number of the first row that the last time moved. */
  readonly settled: number;
  readonly settledFrom: number;
}

export const newRevision = (): RowsRevision => ({ table: {}, first: 0, settled: 0, settledFrom: 0 });

/** The rate over a whole log, for the transport bar of a replay. */
export interface Overview {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly stepMicros: number;
  /** Requests per step. */
  readonly requests: Float64Array;
  readonly errors: Float64Array;
}

/** What is left of requests that are no longer held: sums per step, to draw the part of a picture they lie in. */
export interface Past {
  /** µs since 1970 UTC: of the first step, and where the held requests take over. */
  readonly from: number;
  readonly until: number;
  readonly stepMicros: number;
  /** Per step. */
  readonly requests: Float64Array;
  readonly errors: Float64Array;
  readonly busyMicros: Float64Array;
  /** By id of the worker: busy µs per step. Empty where nobody counted. */
  readonly workers: ReadonlyMap<number, Float64Array>;
}

/** How much of the input has been read. */
export interface Reading {
  /** Bytes read, and bytes there are (NaN: a stream without a known end). */
  readonly bytes: number;
  readonly total: number;
  /** Bytes of the file before the place where reading began: history that is not on the screen. */
  readonly skipped: number;
  /** false: still working through what was there at the start. */
  readonly caughtUp: boolean;
}

export interface Snapshot {
  /** Increases with every published picture. */
  readonly version: number;
  readonly mode: 'tail' | 'replay';
  /** What is being read, for the header: a path, "3 files", "standard input". */
  readonly title: string;
  /** One path per input: index = `source` of the table. */
  readonly sources: readonly string[];
  /** µs since 1970 UTC: the right edge of the picture (live: now; replay: the position of the player). */
  readonly now: number;
  /** µs since 1970 UTC of the first and last request known (replay: of the whole file); NaN while there is none. */
  readonly from: number;
  readonly to: number;
  /** Live: `now` follows the wall clock. false: the log ended long ago (or is replayed). */
  readonly live: boolean;
  readonly playing: boolean;
  /** Replay: log seconds per second. */
  readonly speed: number;
  readonly looping: { readonly from: number; readonly to: number } | null;
  readonly skippingIdle: boolean;
  /** What happened to the input, for the status line: "reading 43 %", "rotated", "file is gone, waiting for it". */
  readonly status: string;
  readonly reading: Reading;
  /** Requests read so far, shown or not. */
  readonly total: number;
  /** The summary of the window that the screen speaks of, findings included. */
  readonly summary: Summary;
  readonly verdict: Verdict;
  /** What passes the filter that the engine was told of; null: there is none, or it is not judged yet. */
  readonly part: FilteredPart | null;
  /** The requests that are held, in the order of their lines, and where to draw them (same rows). */
  readonly requests: RequestTable;
  readonly placement: Placement;
  /** Whenever one of both is another object, this one is too. */
  readonly revision: RowsRevision;
  /** Requests before those; null: all there are, are held. */
  readonly past: Past | null;
  readonly inference: ServerInference;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  /** Minutes east of UTC in which the log writes its stamps. */
  readonly zoneMinutes: number;
  /** Replay only. */
  readonly overview: Overview | null;
}
