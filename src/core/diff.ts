/**
 * The JSON contract of `logscope diff --json`: what changed between two logs, and whether chance would do as much.
 * Times are seconds, ratios 0..1; what a log cannot tell is null.
 */
import type { ServerModel } from './summary.ts';

export const DIFF_SCHEMA = 'logscope/diff/v1';

/** `unclear`: the difference may be chance, or the logs are too short or too knotted to tell. */
export type Change = 'better' | 'worse' | 'same' | 'unclear' | 'unknown';

export interface DiffMeasure {
  before: number | null;
  after: number | null;
  /** after / before. */
  ratio: number | null;
  /** Two-sided probability of such a difference by chance; null where no test could be made. */
  p: number | null;
  /** The test and its sample, in words. */
  test: string;
  change: Change;
}

export interface DiffRoute {
  route: string;
  requests: { before: number; after: number };
  service_time_mean: DiffMeasure;
  service_time_p95: { before: number | null; after: number | null };
  wait_mean: DiffMeasure;
  error_ratio: DiffMeasure;
}

interface Pair<T> {
  before: T;
  after: T;
}

export interface Diff {
  schema: typeof DIFF_SCHEMA;
  inputs: Pair<{ path: string; requests: number; seconds: number | null; rate: number | null }>;
  server: {
    model: Pair<ServerModel>;
    workers: Pair<number | null>;
    threads: Pair<number | null>;
    capacity: Pair<number | null>;
    changed: boolean;
  };
  service_time_mean: DiffMeasure;
  wait_mean: DiffMeasure;
  latency_mean: DiffMeasure;
  error_ratio: DiffMeasure;
  routes: DiffRoute[];
  /** Ids of findings. */
  findings: { gone: string[]; new: string[]; still: string[] };
  /** One sentence. */
  verdict: string;
}
