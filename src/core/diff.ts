/**
 * The JSON contract of `logscope diff --json`: what changed between two logs, and whether that may be by chance. Times are seconds, ratios
 * 0..1; what a log does not show is null.
 */
import type { ServerModel } from './summary.ts';
import type { ServiceWords } from './words.ts';

export const DIFF_SCHEMA = 'logscope/diff/v1';

/** `unclear`: there is a difference, and `doubt` says why it may mean nothing. `unknown`: a log lacks the measure. */
export type Change = 'better' | 'worse' | 'same' | 'unclear' | 'unknown';

/**
 * `chance`: such a difference is too likely by chance. `ranges-overlap`: the ranges in which the waits of the logs may lie overlap.
 * `few-requests`, `few-errors`: too few for a test. `knotted`: neighbouring requests are too much alike for a test.
 * `parts-differ`: the requests that are kept of a long log differ the other way than all of its requests do.
 */
export type DiffDoubt = 'chance' | 'ranges-overlap' | 'few-requests' | 'few-errors' | 'knotted' | 'parts-differ';

export interface DiffMeasure {
  before: number | null;
  after: number | null;
  /** after / before. */
  ratio: number | null;
  /** Two-sided probability of such a difference by chance; null: no test was possible. */
  p: number | null;
  /** The test and its sample, in words. */
  test: string;
  change: Change;
  /** Why a change is `unclear`; otherwise null. */
  doubt: DiffDoubt | null;
}

export interface DiffRoute {
  route: string;
  requests: { before: number; after: number };
  service_time_mean: DiffMeasure;
  service_time_p95: { before: number | null; after: number | null };
  wait_mean: DiffMeasure;
  error_ratio: DiffMeasure;
}

export interface DiffRouteAlone {
  route: string;
  requests: number;
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
  /**
   * What these times are called: "time in the application" if, in one of the logs, they may contain waits of requests for each other; "response
   * time" if they are a proxy's.
   */
  service_time_is: ServiceWords;
  wait_mean: DiffMeasure;
  /** Range in which the mean wait of each log may lie, seconds; null: unknown. */
  wait_mean_range: Pair<[low: number, high: number] | null>;
  latency_mean: DiffMeasure;
  error_ratio: DiffMeasure;
  /** p up to which a difference counts in a single test, so that the level of all tests together is 1 %. */
  level: number;
  /** Routes in both logs, and routes in only one of them. */
  routes: DiffRoute[];
  routes_alone: Pair<DiffRouteAlone[]>;
  /** Ids of findings. */
  findings: { gone: string[]; new: string[]; still: string[] };
  /** One sentence. */
  verdict: string;
}

const WITH_SLOTS: readonly ServerModel[] = ['sync', 'threaded', 'pool'];

/** Whether the models differ. The slots of a "pool" may be processes or threads, so it does not differ from either. */
export function isOtherModel(before: ServerModel, after: ServerModel): boolean {
  if (before === 'unknown' || after === 'unknown' || before === after) return false;
  const mayBeOne = (before === 'pool' || after === 'pool') && WITH_SLOTS.includes(before) && WITH_SLOTS.includes(after);
  return !mayBeOne;
}
