/** The JSON contract of `logscope check --json`: whether a log keeps its thresholds. */
export const CHECK_SCHEMA = 'logscope/check/v1';

export interface CheckResult {
  /** The option that set the threshold, without dashes: "max-p95-wait". */
  check: string;
  ok: boolean;
  /** Seconds or a ratio; null: the log does not show it, and the check fails. */
  value: number | null;
  limit: number | string;
  /** One sentence. */
  reason: string;
}

export interface Check {
  schema: typeof CHECK_SCHEMA;
  ok: boolean;
  results: CheckResult[];
}
