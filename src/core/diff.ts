/**
 * The JSON contract of `logscope diff --json`: what changed between two logs, and whether chance would do as much.
 * Times are seconds, ratios 0..1; what a log cannot tell is null.
 */
import type { ServerModel } from './summary.ts';
import type { ServiceWords } from './words.ts';

export const DIFF_SCHEMA = 'logscope/diff/v1';

/** `unclear`: there is a difference, and `doubt` says why it may be none. `unknown`: a log does not have the measure. */
export type Change = 'better' | 'worse' | 'same' | 'unclear' | 'unknown';

/**
 * `chance`: chance makes such a difference too often. `ranges-overlap`: what the logs leave open of their waits overlaps.
 * `few-requests`, `few-errors`: too few for a test. `knotted`: each request resembles those before it too much for a test.
 */
export type DiffDoubt = 'chance' | 'ranges-overlap' | 'few-requests' | 'few-errors' | 'knotted';

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
  /** Why a change is `unclear`; else null. */
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
  /** What these times are called: "time in the application" where, in one of the logs, they may hold what requests wait for each other. */
  service_time_is: ServiceWords;
  wait_mean: DiffMeasure;
  /** What each log leaves open of its mean wait, seconds; null unknown. */
  wait_mean_range: Pair<[low: number, high: number] | null>;
  latency_mean: DiffMeasure;
  error_ratio: DiffMeasure;
  /** Chance up to which a difference counts in each test, so that it is 1 % in all of them together. */
  level: number;
  /** Routes of both logs, and those of one alone. */
  routes: DiffRoute[];
  routes_alone: Pair<DiffRouteAlone[]>;
  /** Ids of findings. */
  findings: { gone: string[]; new: string[]; still: string[] };
  /** One sentence. */
  verdict: string;
}

const WITH_SLOTS: readonly ServerModel[] = ['sync', 'threaded', 'pool'];

/** The slots of a "pool" may be processes or threads: beside either it is nothing else. */
export function isOtherModel(before: ServerModel, after: ServerModel): boolean {
  if (before === 'unknown' || after === 'unknown' || before === after) return false;
  const mayBeOne = (before === 'pool' || after === 'pool') && WITH_SLOTS.includes(before) && WITH_SLOTS.includes(after);
  return !mayBeOne;
}
