/** What the requests that pass a filter show, as far as a part of the requests can show anything. */
import type { Verdict } from './snapshot.ts';
import type { FindingSummary } from './summary.ts';

export interface FilteredPart {
  /** The filter as the user wrote it. */
  readonly filter: string;
  /** Number of requests that pass, and of those that were looked at: the newest minutes of a live log, a sample of a very long one. */
  readonly requests: number;
  readonly of: number;
  readonly verdict: Verdict;
  /** From the rules that judge each route by its own requests alone. */
  readonly findings: readonly FindingSummary[];
  /** Why no rule was applied, in a sentence; '': they were. */
  readonly unasked: string;
}

/** Numbers about the requests that pass; NaN: unknown. */
export interface PartNumbers {
  readonly requests: number;
  readonly of: number;
  /** They come from a sample of the log. */
  readonly isSample: boolean;
  /** The filter selects by outcome (status, duration, wait, size), not by who asked for what: then it means nothing that they are slow. */
  readonly picksOutcome: boolean;
  /** Their share of the busy time of all requests, 0..1. */
  readonly busyShare: number;
  /** µs */
  readonly serviceP95: number;
  readonly waitP95: number;
  /** How the wait was found, and how sure that is (0..1). */
  readonly waitMethod: 'measured' | 'inferred' | 'bounded' | 'unknown';
  readonly waitConfidence: number;
  /** The true waits may be much longer. */
  readonly waitIsHidden: boolean;
  /** Number of 5xx answers; NaN: the log has no statuses. */
  readonly errors: number;
}
