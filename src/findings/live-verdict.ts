/**
 * The verdict of a live view, about now: a pool that is full says since when and how long those wait whom it takes from its queue; one
 * that is not says so of the stretch that its waits were looked for in, and when it was full last.
 */
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { capital, durationText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { remedyWords } from './verdict.ts';
import { quietWaitWords, SHORT } from './wait-words.ts';

/** µs: the wait of those who are taken from the queue now, and between what it lies. */
export interface WaitNow {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** No line tells it: it is of callers who come one by one, and a few clients who ask again and again wait less and look the same. */
  readonly isOpen: boolean;
  /** The likeliest says no more than the least; missing: it does. */
  readonly isLeast?: boolean;
}

export interface FullNow {
  /** "20:42:31" */
  readonly since: string;
  /** The log, or what is held of it, begins with a full pool. */
  readonly orLonger: boolean;
  /** Of workers with a queue each, how many are full, and of how many; null: one queue. */
  readonly workers: { readonly full: number; readonly all: number } | null;
  /** null: the log cannot tell. */
  readonly wait: WaitNow | null;
  /** µs: nobody who is taken from the queue can have waited for longer; Infinity: not known. */
  readonly longest: number;
  /** Requests per second that a full pool answers; null: not known. */
  readonly answered: number | null;
  readonly severity: 'critical' | 'warning' | 'info';
  /** What filled the pool, or goes wrong beside it. */
  readonly cause: FindingSummary | null;
  /** What would end it; null: nothing is recommended. */
  readonly finding: FindingSummary | null;
  readonly confidence: number;
}

/** µs: what a hand-over takes is no wait. */
const HARDLY_WAITS = 10_000;
/** µs: nobody waits. */
const NOT_AT_ALL = 1000;

/** "callers now queue for 800 ms to 38 s (less if a few clients keep asking)", briefly, and in brief. */
function waitingWords({ wait, longest }: FullNow): [string, string, string] {
  const most = Number.isFinite(longest) ? durationText(longest) : null;
  if (!wait) {
    if (most === null) {
      const open = 'for how long callers queue a log that begins like that cannot tell';
      return [open, 'waits unknown', 'waits unknown'];
    }
    return [
      `callers may queue now, ${most} at most; closer the log cannot tell yet`,
      `waits now ${most} at most`,
      `waits ${most} at most`,
    ];
  }
  if (wait.mean < HARDLY_WAITS && wait.high < 1e6 * SHORT)
    return ['callers hardly queue now', 'waits now short', 'waits short'];
  if (wait.isOpen) return openWords(wait, most);
  const [mean, low, high] = [wait.mean, wait.low, wait.high].map((micros) => durationText(micros));
  const may = wait.low < NOT_AT_ALL ? 'may queue' : 'queue';
  return [
    `callers now ${may} for about ${mean} (${low} to ${high} fit the log)`,
    `waits now ~${mean} (${low} to ${high})`,
    `waits ${low} to ${high}`,
  ];
}

/** `most`: in words; null: not known. */
function openWords({ mean, low, isLeast }: WaitNow, most: string | null): [string, string, string] {
  const [about, least] = [durationText(mean), durationText(low)];
  const mayBeNone = low < NOT_AT_ALL;
  // The likeliest says nothing where perhaps nobody waits, or where a queue that did not run empty tells as much.
  if (mayBeNone || isLeast) {
    const orMore = `${least} or more${most === null ? '' : `, ${most} at most`}`;
    const spoken = mayBeNone ? `up to ${most ?? about}` : orMore;
    const few = mayBeNone ? 'not at all' : 'less';
    return [
      `callers now queue for ${spoken} (${few} if a few clients keep asking)`,
      `waits now ${spoken}, ${few} if callers are few`,
      `waits ${spoken}`,
    ];
  }
  const range = most === null ? `${least} or longer` : `${least} to ${most}`;
  return [
    `callers now queue for about ${about} (${range} fit the log; less if a few clients keep asking)`,
    `waits now ~${about} (${range}), less if callers are few`,
    `waits ~${about} (${range})`,
  ];
}

export function fullVerdict(summary: Summary, now: FullNow): Verdict {
  const pool = capital(poolText(summary.server));
  const some = now.workers !== null && now.workers.full < now.workers.all;
  const which = some ? `, ${now.workers?.full} of them ` : ' ';
  const since = `${now.orLonger ? 'before ' : ''}${now.since}`;
  const [waiting, briefly, inBrief] = waitingWords(now);
  const [remedy, shortRemedy, fix] = now.finding ? remedyWords(summary, now.finding.evidence) : ['', '', ''];
  const cause = now.cause ? `${capital(now.cause.title)}. ` : '';
  const most = some || now.answered === null ? '' : `: no more than ${roundText(now.answered)} req/s get through`;
  return {
    severity: now.severity,
    sentence: `${cause}${pool}${some ? which : ', '}full since ${since} without a break${most}. ${capital(waiting)}.${remedy}`,
    shorter: [
      `${cause}${pool}${which}full since ${since}; ${briefly}.${shortRemedy}`,
      `${pool}${which}full since ${now.since}; ${inBrief}.${fix}`,
    ],
    confidence: now.confidence,
  };
}

/** When a pool was full last, "20:42:31", and how long callers queued then; null: not known. */
export interface LastFull {
  readonly from: string;
  readonly to: string;
  readonly wait: WaitNow | null;
  /** Nothing was answered since: nobody asks, or all that run are stuck. */
  readonly isSilent: boolean;
}

export interface CalmNow {
  /** s: the stretch that the waits are of, and for how much of it all slots were busy. */
  readonly seconds: number;
  readonly fullSeconds: number;
  readonly lastFull: LastFull | null;
  readonly confidence: number;
}

/** A smaller share of the time is moments. */
const HARDLY = 0.1;

export function calmVerdict(summary: Summary, { seconds, fullSeconds, lastFull, confidence }: CalmNow): Verdict {
  const pool = capital(poolText(summary.server));
  const { wait } = summary;
  const [queued, briefly, inBrief] = quietWaitWords(wait);
  const span = `the last ${roundText(seconds)} s`;
  const busy =
    fullSeconds < HARDLY * seconds
      ? `hardly ever all busy in ${span}`
      : `all busy ${roundText(fullSeconds)} of ${span}`;
  if (!lastFull) {
    return {
      severity: wait.p95 === null || wait.p95 >= SHORT ? 'info' : 'ok',
      sentence: `${pool}, ${busy}; ${queued}.`,
      shorter: [`${pool}, ${busy}; ${briefly}.`, `${pool}; ${inBrief}.`],
      confidence,
    };
  }
  const then = thenWords(lastFull);
  const { from, to } = lastFull;
  if (lastFull.isSilent) {
    const silent = `no answer since ${to}: nobody asks, or all are stuck`;
    return {
      severity: 'info',
      sentence: `${pool}, ${silent}. ${then}.`,
      shorter: [`${capital(silent)}. ${then}.`, `No answer since ${to}; full since ${from} before.`],
      confidence,
    };
  }
  const free = `${pool} with free slots again since ${to}`;
  return {
    severity: 'info',
    sentence: `${free}. ${then}.`,
    shorter: [
      `Free slots since ${to}; full since ${from} before${waitsInBrief(lastFull)}.`,
      `Free slots since ${to}; full since ${from} before.`,
    ],
    confidence,
  };
}

/** "; waits then ~2.9 s (753 ms to 38 s)", where there is something to say of them. */
function waitsInBrief({ wait }: LastFull): string {
  if (!wait || wait.mean < HARDLY_WAITS) return '';
  const about = durationText(wait.mean);
  if (!wait.isOpen) return `; waits then up to ${about}`;
  const range = Number.isFinite(wait.high) ? ` (${durationText(wait.low)} to ${durationText(wait.high)})` : '';
  return `; waits then ~${about}${range}`;
}

function thenWords({ from, to, wait }: LastFull): string {
  const full = `Full from ${from} to ${to} before that`;
  if (!wait || wait.mean < HARDLY_WAITS) return full;
  const [about, low, high] = [wait.mean, wait.low, wait.high].map((micros) => durationText(micros));
  if (!wait.isOpen) return `${full}; callers queued for up to about ${about} then`;
  const range = Number.isFinite(wait.high) ? ` (${low} to ${high} fit the log)` : '';
  return `${full}; callers queued for about ${about} then${range}`;
}
