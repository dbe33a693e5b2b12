/** Thresholds for a gate: a summary and what it must keep, to a verdict with reasons. What is unknown does not pass. */
import { CHECK_SCHEMA, type Check, type CheckResult } from '../core/check.ts';
import { hasNoSlots, type Severity, type Summary } from '../core/summary.ts';
import { durationText, listText, percentText, roundText, serviceWords } from '../core/words.ts';

export interface Thresholds {
  /** Seconds. */
  readonly maxP95Wait?: number;
  readonly maxMeanWait?: number;
  /** Seconds of service time. */
  readonly maxP95Service?: number;
  /** 0..1 */
  readonly maxErrorRatio?: number;
  /** 0..1 of the time with all slots busy. */
  readonly maxSaturatedRatio?: number;
  /** Requests per second, mean. */
  readonly minRate?: number;
  /** Findings of this severity or worse fail. */
  readonly failOn?: Severity;
}

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
const time = (seconds: number): string => durationText(seconds * 1e6);

/** Why there is no figure, and what to ask or to log instead. */
function unknown(summary: Summary, name: string, what: string): string {
  const { wait, knows } = summary;
  const isWait = name.endsWith('wait');
  if (isWait && !hasSlots(summary)) {
    return `${what} is no figure of this server (${wait.basis}): --max-p95-service limits how long it takes`;
  }
  const least = name === 'max-p95-wait' ? wait.low.p95 : wait.low.mean;
  if (isWait && wait.method === 'bounded' && least !== null)
    return `${what} is at least ${time(least)}, and may be longer (${wait.basis})`;
  const lacking = knows.missing.filter((field) => isWait || field.what !== 'wait').map((field) => field.what);
  const lacks = lacking.length > 0 ? `; "logscope analyze" says how to log ${listText(lacking)}` : '';
  return `${what} cannot be told from this log${isWait ? ` (${wait.basis})` : ''}${lacks}`;
}

const hasSlots = ({ server }: Summary): boolean => !hasNoSlots(server.model);

/** What findings could not look at, though a reader of "no finding" would think so. */
const untold = (summary: Summary): string =>
  hasSlots(summary) && summary.wait.method === 'unknown' ? '; whether callers waited this log cannot tell' : '';

export function check(summary: Summary, thresholds: Thresholds): Check {
  const results: CheckResult[] = [];
  const { wait } = summary;
  // The unfavourable end of what the log leaves open is mentioned, the estimate decides.
  const range = (high: number | null): string => (high === null ? '' : `, ${time(high)} at most`);
  const most = (
    name: string,
    what: string,
    value: number | null,
    limit: number | undefined,
    text: (value: number) => string,
    extra = '',
  ) => {
    if (limit === undefined) return;
    const ok = value !== null && value <= limit;
    results.push({
      check: name,
      ok,
      value,
      limit,
      reason:
        value === null
          ? unknown(summary, name, what)
          : `${what} is ${text(value)}${extra}; the limit is ${text(limit)}`,
    });
  };
  const how = wait.method === 'unknown' ? '' : ` (${wait.method}`;
  const waitExtra = (high: number | null) => (how === '' ? '' : `${how}${range(high)})`);
  most('max-p95-wait', 'the p95 wait', wait.p95, thresholds.maxP95Wait, time, waitExtra(wait.high.p95));
  most('max-mean-wait', 'the mean wait', wait.mean, thresholds.maxMeanWait, time, waitExtra(wait.high.mean));
  most(
    'max-p95-service',
    `the p95 ${serviceWords(summary.server, summary.service_time.grows_with_load)}`,
    summary.service_time.p95,
    thresholds.maxP95Service,
    time,
  );
  most('max-error-ratio', 'the share of errors', summary.requests.error_ratio, thresholds.maxErrorRatio, percentText);
  most(
    'max-saturated-ratio',
    'the share of time with all slots busy',
    summary.concurrency.saturated_ratio,
    thresholds.maxSaturatedRatio,
    percentText,
  );
  if (thresholds.minRate !== undefined) {
    const value = summary.requests.rate.mean;
    results.push({
      check: 'min-rate',
      ok: value !== null && value >= thresholds.minRate,
      value,
      limit: thresholds.minRate,
      reason:
        value === null
          ? unknown(summary, 'min-rate', 'the rate of requests')
          : `the rate is ${roundText(value)} requests/s; at least ${roundText(thresholds.minRate)} are wanted`,
    });
  }
  const { failOn } = thresholds;
  if (failOn !== undefined) {
    const bad = summary.findings.filter(({ severity }) => rank[severity] >= rank[failOn]);
    const isEmpty = summary.requests.total === 0;
    results.push({
      check: 'fail-on',
      ok: bad.length === 0 && !isEmpty,
      value: isEmpty ? null : bad.length,
      limit: failOn,
      reason: isEmpty
        ? 'there is no request in this log, so that nothing can be found in it'
        : bad.length === 0
          ? `no finding of severity ${failOn} or worse${untold(summary)}`
          : bad.map(({ id, severity, title }) => `${severity} ${id}: ${title}`).join('; '),
    });
  }
  return { schema: CHECK_SCHEMA, ok: results.every(({ ok }) => ok), results };
}
