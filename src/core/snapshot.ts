/**
 * What the engine publishes and the screen draws: one immutable picture of the log at an instant. The terminal UI reads
 * snapshots and never a line.
 */
import type { Names } from './batch.ts';
import type { ServerInference } from './inference.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import type { Severity, Summary } from './summary.ts';
import type { RequestTable } from './table.ts';

export interface Verdict {
  readonly severity: Severity | 'ok';
  /** One sentence for a person. */
  readonly sentence: string;
  /** 0..1 */
  readonly confidence: number;
}

export interface Snapshot {
  /** Increases with every published picture. */
  readonly version: number;
  readonly mode: 'tail' | 'replay';
  /** µs since 1970 UTC: the right edge of the picture (live: now; replay: the cursor of the clock). */
  readonly now: number;
  /** µs since 1970 UTC of the first and last request known (replay: of the whole file); NaN while there is none. */
  readonly from: number;
  readonly to: number;
  readonly playing: boolean;
  /** Replay: log seconds per second. */
  readonly speed: number;
  /** What happened to the input, for the status line: "reading 43 %", "rotated", "file is gone, waiting for it". */
  readonly status: string;
  /** Requests that came in since the picture was frozen. */
  readonly unseen: number;
  /** The summary of the window that the screen speaks of, findings included. */
  readonly summary: Summary;
  readonly verdict: Verdict;
  /** The requests of the window and what was inferred of them (same rows). */
  readonly requests: RequestTable;
  readonly inference: ServerInference;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
}
