/** How the verdict words waits, in three lengths: as people speak, briefly, and tersely. */
import type { FindingSummary, Summary } from '../core/summary.ts';
import { isHidden, isVague, longestIsOpen, mayBeNone, neverLeftSaturation } from '../core/wait-range.ts';
import { durationText } from '../core/words.ts';

/** Waits below NONE (s) are not called a queue; a queue with waits below SHORT (s) is called short. */
const NONE = 0.01;
export const SHORT = 0.1;

/** Waits in front of a full pool: "callers queued up to 2.1 s (inferred)", "waits up to 2.1 s (inferred)", and tersely. */
export function waitWords(summary: Summary, evidence: FindingSummary['evidence']): [string, string, string] {
  const { wait } = summary;
  const text = (seconds: number | null) => durationText((seconds ?? 0) * 1e6);
  const { burst_size: size, burst_generations: turns, burst_seconds: last } = evidence;
  if (wait.max === null && Number(turns) > 1) {
    const after = `the last was answered after ${text(Number(last))}`;
    return [
      `${size} came at once and ran in ${turns} turns, ${after}`,
      `${size} at once, ${after}`,
      `${size} at once in ${turns} turns`,
    ];
  }
  if (wait.method === 'bounded' && wait.low.mean) return leastWords(wait.low.mean);
  if (wait.max === null)
    return ['whether callers queued, and for how long, the log cannot tell', 'waits unknown', 'waits unknown'];
  if (neverLeftSaturation(summary)) {
    const most = text(wait.high.mean);
    if (mayBeNone(wait))
      return [
        `whether callers queued the log cannot tell: as many of them as slots, who ask again when they are answered, look like a queue of up to ${most}`,
        `mean wait ${most} or shorter, or none`,
        `mean wait none to ${most} (${wait.method})`,
      ];
    const least = text(wait.low.mean);
    return [
      `callers queued for ${least} or longer on average, and how much longer the log cannot tell (${most} fits it as well)`,
      `mean wait ${least} or longer`,
      `mean wait ${least} or longer (${wait.method})`,
    ];
  }
  // In front of a full pool, the estimate within so wide a range is usually far too short, so only the range is given.
  if (isVague(wait)) return rangeWords({ ...wait, mean: null });
  if (longestIsOpen(wait) || mayBeNone(wait)) return rangeWords(wait);
  const longest = `${isHidden(wait) ? 'about ' : ''}${text(wait.max)} (${wait.method})`;
  return [`callers queued up to ${longest}`, `waits up to ${longest}`, `waits up to ${longest}`];
}

/** "callers queued for about 1.2 s on average (80 ms to 9 s fit the log)"; only the range if the mean is null. */
function rangeWords(
  wait: Summary['wait'],
  queued = mayBeNone(wait) ? 'may have queued' : 'queued',
): [string, string, string] {
  const [low, high] = [wait.low.mean, wait.high.mean].map((seconds) => durationText((seconds ?? 0) * 1e6));
  const range = `${low} to ${high}`;
  const inBrief = `mean wait ${range} (${wait.method})`;
  if (wait.mean === null) return [`callers ${queued} for ${range} on average (${wait.method})`, inBrief, inBrief];
  const mean = durationText(wait.mean * 1e6);
  return [
    `callers ${queued} for about ${mean} on average (${range} fit the log)`,
    `mean wait ~${mean} (${range})`,
    inBrief,
  ];
}

/** For a server that may have more slots than were seen busy, so that perhaps nobody waited; only the upper end of the mean is known. */
export function atMostWords({ high, method }: Summary['wait']): [string, string, string] {
  const mean = durationText((high.mean ?? 0) * 1e6);
  return [
    `nobody need have queued, or for ${mean} on average at most (${method})`,
    `mean wait 0 s to ${mean} (${method})`,
    `mean wait 0 s to ${mean}`,
  ];
}

/** For waits with only a lower bound. `mean`: lower bound of the mean wait, s. */
function leastWords(mean: number): [string, string, string] {
  const least = durationText(mean * 1e6);
  return [
    `callers queued for ${least} or longer on average`,
    `mean wait ${least} or longer`,
    `mean wait ${least} or longer`,
  ];
}

/** For unknown waits. */
export const WAITS_UNTOLD = 'whether callers queued the log cannot tell';

/** Waits of a quiet log: "callers did not queue", "callers may have queued for about 4 ms on average (0 s to 6 s fit the log)". */
export function quietWaitWords(wait: Summary['wait']): [string, string, string] {
  const text = (seconds: number) => durationText(seconds * 1e6);
  if (wait.method === 'bounded' && wait.low.mean) return leastWords(wait.low.mean);
  if (wait.p95 === null) return [WAITS_UNTOLD, 'waits unknown', 'waits unknown'];
  const p95 = text(wait.p95);
  const high = wait.high.mean ?? 0;
  if (mayBeNone(wait) && (high >= SHORT / 2 || wait.p95 >= SHORT)) return rangeWords(wait);
  if (wait.p95 < NONE) {
    if (wait.p99 === null || wait.p99 < NONE)
      return fewButLong(wait) ?? ['callers did not queue', 'nobody queued', 'nobody queued'];
    const few = `few callers queued (p99 ${text(wait.p99)}, ${wait.method})`;
    return [few, few, `wait p99 ${text(wait.p99)} (${wait.method})`];
  }
  const queued = `${wait.p95 < SHORT ? 'the queue stayed short' : 'callers queued'} (p95 ${p95}, ${wait.method})`;
  return [queued, queued, `wait p95 ${p95} (${wait.method})`];
}

/** Fewer than 1 % waited, but a longest wait from this one on (s) is too long to say that callers did not queue. */
const LONG = 1;

function fewButLong({ max, waiting_ratio, method }: Summary['wait']): [string, string, string] | null {
  if (max === null || max < LONG || !waiting_ratio) return null;
  const few = `hardly any caller queued (up to ${durationText(max * 1e6)}, ${method})`;
  return [few, few, `wait up to ${durationText(max * 1e6)} (${method})`];
}

/**
 * Waits in a moving window of a live log. Any queue that is more than nothing gets the same wording, because an estimate would cross the
 * borders between wordings again and again.
 */
export function movingWaitWords(wait: Summary['wait']): [string, string, string] {
  const isEstimate = wait.method === 'inferred' && wait.mean !== null;
  const isNone = (wait.p95 ?? 0) < NONE && (wait.high.mean ?? 0) < SHORT / 2;
  return isEstimate && !isNone ? rangeWords(wait, 'queued') : quietWaitWords(wait);
}
