/** What the requests that pass a filter say, as far as a part of the requests can say anything. */
import type { Verdict } from './snapshot.ts';
import type { FindingSummary } from './summary.ts';

export interface FilteredPart {
  /** The filter as it was written. */
  readonly filter: string;
  /** Requests that pass, and those that were looked at: of a live log the newest minutes, of a very long one a sample. */
  readonly requests: number;
  readonly of: number;
  readonly verdict: Verdict;
  /** Of the rules that judge each route by its own requests alone. */
  readonly findings: readonly FindingSummary[];
  /** Why no rule was asked, in a sentence; "": they were. */
  readonly unasked: string;
}

/** Numbers of the requests that pass; NaN unknown. */
export interface PartNumbers {
  readonly requests: number;
  readonly of: number;
  /** They are of a sample of the log. */
  readonly isSample: boolean;
  /** The filter picks what happened (status, duration, wait, size), not who asked for what: being slow is no news then. */
  readonly picksOutcome: boolean;
  /** 0..1, of all requests. */
  readonly busyShare: number;
  /** µs */
  readonly serviceP95: number;
  readonly waitP95: number;
  /** How the wait is known, and how sure that is (0..1). */
  readonly waitMethod: 'measured' | 'inferred' | 'bounded' | 'unknown';
  readonly waitConfidence: number;
  /** The true waits may be far longer. */
  readonly waitIsHidden: boolean;
  /** 5xx answers; NaN where the log has no statuses. */
  readonly errors: number;
}
