/**
 * The contract of a finding: ONE FILE under src/findings/ with a default export made by `defineFinding`.
 * `examine` is a pure function of the facts; it returns what it saw with numbers, or nothing.
 */
import { max, min } from 'simple-statistics';
import type { Names } from './batch.ts';
import type { ServerInference } from './inference.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import type { Predictor } from './prediction.ts';
import type { FindingSummary, Severity, Summary } from './summary.ts';
import type { RequestTable } from './table.ts';

/** What the analysis of a log hands on: plain, read-only. */
export interface Analysis {
  /** The summary without its findings. */
  readonly summary: Omit<Summary, 'findings'>;
  /** The requests kept for inference (all of them, or for very large logs a fair sample of whole stretches of time). */
  readonly requests: RequestTable;
  readonly inference: ServerInference;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
}

/** All requests of the log are kept: what is counted in them is so in the log. */
export const isKeptWhole = ({ requests, summary }: Pick<Analysis, 'requests' | 'summary'>): boolean =>
  requests.length >= summary.requests.total;

/** Everything a finding may look at: `{ ...analysis, predictor: createPredictor(analysis) }`. */
export interface Facts extends Analysis {
  /** Answers what another pool would have done with the same requests; `noPredictor` where nobody simulates. */
  readonly predictor: Predictor;
}

export interface Finding {
  readonly severity: Severity;
  readonly title: string;
  /** The title in fewer words, where there may be no room for it. */
  readonly brief?: string;
  readonly detail: string;
  readonly evidence: FindingSummary['evidence'];
  readonly advice: string;
  /** µs since 1970 UTC; NaN when it holds for the whole log. */
  readonly from: number;
  readonly to: number;
  /** Seconds that callers lost to it within the log, all together: what findings of one severity are ranked by. */
  readonly lostSeconds?: number;
  /** Ids that its rule silences, and that speak all the same: this time they have causes of their own. */
  readonly spares?: readonly string[];
}

export interface FindingRule {
  /** Equals the file name. */
  readonly id: string;
  readonly title: string;
  /** Columns the log must have. */
  readonly needs: readonly ('time' | 'pid' | 'thread' | 'duration' | 'wait')[];
  examine(facts: Facts): Finding | null;
  /**
   * It judges each route by its own requests alone, so that it may be asked about those that a filter lets through. All
   * others speak of the pool, or of requests beside each other, and a part of the requests would mislead them.
   */
  readonly ofPart?: true;
  /** Ids of findings that are symptoms of this one and fall silent when it speaks. */
  readonly silences?: readonly string[];
  readonly explain: {
    /** The test, as formulas and words, with its source. */
    readonly test: string;
    /** What guards against a false alarm. */
    readonly guards: string;
    /** Server → the change that mends it. */
    readonly fix: Readonly<Record<string, string>>;
  };
  /** Sample logs on which it must speak, and on which it must stay quiet. */
  readonly fires: readonly string[];
  readonly quiet: readonly string[];
}

/** From the earliest to the latest of the instants that are known, µs since 1970 UTC; NaN where none is. */
export function spanOfInstants(
  starts: readonly number[],
  ends: readonly number[] = starts,
): Pick<Finding, 'from' | 'to'> {
  const from = starts.filter(Number.isFinite);
  const to = ends.filter(Number.isFinite);
  return {
    from: from.length > 0 ? min(from) : Number.NaN,
    to: to.length > 0 ? max(to) : Number.NaN,
  };
}

export const defineFinding = (rule: FindingRule): FindingRule => rule;
