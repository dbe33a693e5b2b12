/** A gate: compares a summary with thresholds and returns a verdict with reasons. An unknown value does not pass. */
import { CHECK_SCHEMA, type Check, type CheckResult } from '../core/check.ts';
import { momentsOf } from '../core/moments.ts';
import { hasNoSlots, type Severity, type Summary } from '../core/summary.ts';
import { atMostSoLong, neverLeftSaturation } from '../core/wait-range.ts';
import { countText, durationText, listText, percentText, roundText, serviceWords } from '../core/words.ts';
import { DEFAULT_TARGET_WAIT } from './pool-words.ts';

export interface Thresholds {
  /** Waits, seconds. */
  readonly maxP95Wait?: number;
  readonly maxMeanWait?: number;
  /** Service time, seconds. */
  readonly maxP95Service?: number;
  /** 0..1 */
  readonly maxErrorRatio?: number;
  /** 0..1 of the time with all slots busy. */
  readonly maxSaturatedRatio?: number;
  /** Requests per second, mean. */
  readonly minRate?: number;
  /** Any finding of this severity or worse fails the check. */
  readonly failOn?: Severity;
}

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
const time = (seconds: number): string => durationText(seconds * 1e6);

/** The limit, to follow a value. Where rounding makes both look equal ("5 s" for 5.04), it says on which side the value lies. */
function besideLimit(value: number | null, limit: number, text: (value: number) => string): string {
  if (value === null || value === limit || text(value) !== text(limit)) return `; the limit is ${text(limit)}`;
  return `, just ${value > limit ? 'above' : 'below'} the limit of ${text(limit)}`;
}

/** Why the value is unknown, and what to check or log instead. `name`: of the check; `what`: the value in words. */
function unknown(summary: Figures, name: string, what: string): string {
  const { wait, knows } = summary;
  const isWait = name.endsWith('wait');
  if (isWait && !hasSlots(summary)) {
    const without = knows.duration ? '' : ', once the log has durations; "logscope analyze" says how to log them';
    return `${what} is no figure of this server (${wait.basis}): --max-p95-service limits how long it takes${without}`;
  }
  const least = name === 'max-p95-wait' ? wait.low.p95 : wait.low.mean;
  if (isWait && wait.method === 'bounded' && least !== null)
    return `${what} is at least ${time(least)}, and may be longer (${wait.basis})`;
  const lacking = knows.missing.filter((field) => isWait || field.what !== 'wait').map((field) => field.what);
  const lacks = lacking.length > 0 ? `; "logscope analyze" says how to log ${listText(lacking)}` : '';
  return `${what} cannot be told from this log${isWait ? ` (${wait.basis})` : ''}${lacks}`;
}

const hasSlots = ({ server }: Figures): boolean => !hasNoSlots(server.model);

/** The default wait that pools are sized for, seconds. */
const LONG_WAIT = DEFAULT_TARGET_WAIT / 1e6;

/**
 * Appended to "no finding": what the findings could not judge, because the reader would take it for checked. Empty if `asksWait`: then a
 * threshold for the wait reports it anyway.
 */
function untold(servers: readonly Asked[], asksWait: boolean): string {
  if (asksWait) return '';
  const texts = servers
    .filter(({ figures }) => hasSlots(figures))
    .flatMap(({ of, figures }) => {
      const { method, p95, high } = figures.wait;
      if (method === 'unknown')
        return [`whether callers waited${of === '' ? '' : ` for a worker${of}`} this log cannot tell`];
      if (!atMostSoLong(figures) || p95 === null || high.p95 === null || high.p95 <= LONG_WAIT) return [];
      return [
        `how many slots the server has is not known, and callers${of === '' ? '' : of} may have waited (p95 up to ${time(high.p95)}), which makes no finding: --max-p95-wait decides about that`,
      ];
    });
  return texts.map((text) => `; ${text}`).join('');
}

/** Where the pool was replaced within the log: the mean wait before and after it, to show which pool failed. Empty: it was not replaced. */
function replacedText({ findings, window }: Summary): string {
  const replaced = findings.find(({ id }) => id === 'pool-replaced');
  const [before, after] = [replaced?.evidence.wait_mean_before_seconds, replaced?.evidence.wait_mean_after_seconds];
  if (!replaced?.from || typeof before !== 'number' || typeof after !== 'number') return '';
  return `; the pool was replaced at ${momentsOf(window).at(Date.parse(replaced.from) * 1000)} UTC: mean wait ${time(before)} before, ${time(after)} since`;
}

type Figures = Omit<Summary, 'findings'>;

/** A server that is checked, and how a sentence names it (" of NAME"; "" if it is the only one). */
interface Asked {
  readonly of: string;
  readonly figures: Figures;
}

/**
 * The wait that is compared with the limit, seconds, and its text. Where only a range is known: the upper end if it passes, the lower end if
 * even that fails, null (undecided) if the limit lies between them.
 */
function waitOf({ figures }: Asked, name: 'mean' | 'p95', limit: number): { value: number | null; text: string } {
  const { wait } = figures;
  const [value, low, high] = [wait[name], wait.low[name], wait.high[name]];
  if (value === null) return { value, text: '' };
  if (neverLeftSaturation(figures) && low !== null && high !== null) {
    const between = `between ${time(low)} and ${time(high)} (${wait.method}; a pool that never left saturation hides it)`;
    return { value: high <= limit ? high : low > limit ? low : null, text: between };
  }
  if (atMostSoLong(figures) && high !== null)
    return {
      value: high <= limit ? high : null,
      text: `${time(high)} at most (${wait.method}; the server may have more slots than were seen)`,
    };
  // The estimate decides; the upper end of its range is only mentioned.
  const most = high === null ? '' : `, ${time(high)} at most`;
  return { value, text: `${time(value)} (${wait.method}${most})` };
}

/** If at least this share of the callers waits, they determine the p95. */
const IN_P95 = 0.05;

/**
 * Callers who came while the server answered nobody (finding no-answers) waited, but the inferred waits leave that out. The text if they push
 * the mean above the limit, or if the p95 may lie above it. "": no such callers, or no difference. `value`, `limit`: seconds.
 */
function stoodText({ findings, requests }: Summary, which: 'mean' | 'p95', value: number, limit: number): string {
  const { callers, longest_seconds: longest, wait_mean_added_seconds: added } = stoodStill(findings)?.evidence ?? {};
  if (typeof callers !== 'number' || typeof longest !== 'number' || typeof added !== 'number') return '';
  const isAbove = which === 'mean' ? value + added > limit : callers >= IN_P95 * requests.total && longest > limit;
  if (!isAbove) return '';
  const what = which === 'mean' ? `, which adds ${time(added)} to it` : '';
  return `; it does not hold that about ${countText(callers, 'caller')} came while nobody was answered, for up to ${time(longest)}${what}`;
}

const stoodStill = (findings: Summary['findings']) => findings.find(({ id }) => id === 'no-answers');

/** `servers`: if several wrote the logs, each by itself. Callers wait for one of them, so each must pass the thresholds of waits and slots. */
export function check(
  summary: Summary,
  thresholds: Thresholds,
  servers: readonly { readonly name: string; readonly summary: Figures }[] = [],
): Check {
  const results: CheckResult[] = [];
  const asked: readonly Asked[] =
    servers.length > 0
      ? servers.map(({ name, summary: figures }) => ({ of: ` of ${name}`, figures }))
      : [{ of: '', figures: summary }];
  const most = (
    name: string,
    what: string,
    value: number | null,
    limit: number | undefined,
    text: (value: number) => string,
  ) => {
    if (limit === undefined) return;
    const ok = value !== null && value <= limit;
    const reason =
      value === null ? unknown(summary, name, what) : `${what} is ${text(value)}${besideLimit(value, limit, text)}`;
    results.push({ check: name, ok, value, limit, reason });
  };
  /** The server with the largest value decides, one that fails before one that passes. If several fail, all their reasons are given. */
  const mostOfEach = (limit: number | undefined, name: string, each: (one: Asked, limit: number) => CheckResult) => {
    if (limit === undefined) return;
    const all = asked.map((one) => each(one, limit));
    const failed = all.filter(({ ok }) => !ok);
    const worst = (failed.length > 0 ? failed : all).reduce((a, b) => ((b.value ?? -1) > (a.value ?? -1) ? b : a));
    const reasons = failed.length > 1 ? failed.map(({ reason }) => reason).join('; ') : worst.reason;
    results.push({ ...worst, check: name, reason: reasons });
  };
  const maxWait = (name: 'max-p95-wait' | 'max-mean-wait', which: 'mean' | 'p95', given: number | undefined) =>
    mostOfEach(given, name, (one, limit) => {
      const what = `the ${which} wait${one.of}`;
      const { value, text } = waitOf(one, which, limit);
      const stood = value === null || value > limit || one.of !== '' ? '' : stoodText(summary, which, value, limit);
      const ok = value !== null && value <= limit && stood === '';
      const reason =
        text === '' ? unknown(one.figures, name, what) : `${what} is ${text}${besideLimit(value, limit, time)}`;
      const since = ok || one.of !== '' ? '' : replacedText(summary);
      return { check: name, ok, value, limit, reason: `${reason}${stood}${since}` };
    });
  maxWait('max-p95-wait', 'p95', thresholds.maxP95Wait);
  maxWait('max-mean-wait', 'mean', thresholds.maxMeanWait);
  most(
    'max-p95-service',
    `the p95 ${serviceWords(summary.server, summary.service_time.grows_with_load)}`,
    summary.service_time.p95,
    thresholds.maxP95Service,
    time,
  );
  most('max-error-ratio', 'the share of errors', summary.requests.error_ratio, thresholds.maxErrorRatio, percentText);
  mostOfEach(thresholds.maxSaturatedRatio, 'max-saturated-ratio', ({ of, figures }, limit) => {
    const value = figures.concurrency.saturated_ratio;
    const what = `the share of time with all slots${of} busy`;
    const reason =
      value === null
        ? unknown(figures, 'max-saturated-ratio', what)
        : `${what} is ${percentText(value)}${besideLimit(value, limit, percentText)}`;
    return { check: 'max-saturated-ratio', ok: value !== null && value <= limit, value, limit, reason };
  });
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
          ? `no finding of severity ${failOn} or worse${untold(asked, thresholds.maxP95Wait !== undefined || thresholds.maxMeanWait !== undefined)}`
          : bad.map(({ id, severity, title }) => `${severity} ${id}: ${title}`).join('; '),
    });
  }
  return { schema: CHECK_SCHEMA, ok: results.every(({ ok }) => ok), results };
}
