/**
 * The contract of a finding: ONE FILE under src/findings/, with a default export made by `defineFinding`. `examine` is a pure function of
 * the facts; it returns what it found, with numbers, or null.
 */
import { max, min } from 'simple-statistics';
import type { Names } from './batch.ts';
import type { ServerInference } from './inference.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import type { Predictor } from './prediction.ts';
import type { FindingSummary, Severity, Summary } from './summary.ts';
import type { RequestTable } from './table.ts';

/** The result of the analysis of a log: plain and read-only. */
export interface Analysis {
  /** The summary without its findings. */
  readonly summary: Omit<Summary, 'findings'>;
  /** The requests that were kept for inference: all of them, or for a very large log a fair sample of whole stretches of time. */
  readonly requests: RequestTable;
  readonly inference: ServerInference;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
}

/** Whether all requests of the log were kept, so that counting in them is counting in the log. */
export const isKeptWhole = ({ requests, summary }: Pick<Analysis, 'requests' | 'summary'>): boolean =>
  requests.length >= summary.requests.total;

/** Everything that a finding may use: `{ ...analysis, predictor: createPredictor(analysis) }`. */
export interface Facts extends Analysis {
  /** Predicts what another pool would have done with the same requests; `noPredictor` if there is no simulation. */
  readonly predictor: Predictor;
}

export interface Finding {
  readonly severity: Severity;
  readonly title: string;
  /** A shorter title, for where there is little room. */
  readonly brief?: string;
  readonly detail: string;
  readonly evidence: FindingSummary['evidence'];
  readonly advice: string;
  /** µs since 1970 UTC; NaN: it is about the whole log. */
  readonly from: number;
  readonly to: number;
  /** Seconds that all callers together lost to it within the log. Findings of the same severity are ranked by it. */
  readonly lostSeconds?: number;
  /** Ids that its rule silences, but that are reported this time because they have other causes. */
  readonly spares?: readonly string[];
}

export interface FindingRule {
  /** Equal to the file name. */
  readonly id: string;
  readonly title: string;
  /** Columns the log must have. */
  readonly needs: readonly ('time' | 'pid' | 'thread' | 'duration' | 'wait')[];
  examine(facts: Facts): Finding | null;
  /**
   * It judges each route by that route's requests alone, so it may be applied to the requests that pass a filter. All other rules are about
   * the pool, or compare requests, and would be misled by a part of the requests.
   */
  readonly ofPart?: true;
  /** Ids of findings that are symptoms of this one, and are left out when it is reported. */
  readonly silences?: readonly string[];
  readonly explain: {
    /** The test in formulas and words, with its source. */
    readonly test: string;
    /** What prevents false alarms. */
    readonly guards: string;
    /** Server → the change that fixes it. */
    readonly fix: Readonly<Record<string, string>>;
  };
  /** Sample logs on which it must be reported, and on which it must not. */
  readonly fires: readonly string[];
  readonly quiet: readonly string[];
}

/** From the earliest to the latest of the known instants, µs since 1970 UTC; NaN: none is known. */
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
