/**
 * The verdict of a live view, about now. For a full pool: since when, and how long the callers that it now takes from its queue have waited.
 * For any other pool: how busy it was in the recent stretch that the waits are computed from, and when it was last full.
 */
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { capital, durationText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { remedyWords } from './verdict.ts';
import { movingWaitWords, SHORT } from './wait-words.ts';

/** Wait of the callers who are taken from the queue now, and its range, µs. */
export interface WaitNow {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The log does not decide it: the wait assumes independent callers. A few clients who keep asking wait less and leave the same lines. */
  readonly isOpen: boolean;
}

export interface FullNow {
  /** When it became full ("20:42:31"); if it is full on and off, when that began. */
  readonly since: string;
  /** The pool is full on and off, with short breaks: for `fullSeconds` of the last `seconds`. null: it is full without a break. */
  readonly spell: { readonly fullSeconds: number; readonly seconds: number } | null;
  /** The log, or the part of it in memory, begins with a full pool: it may have been full since before `since`. */
  readonly orLonger: boolean;
  /** Where each worker has a queue of its own: how many are full, and how many there are. null: there is one queue. */
  readonly workers: { readonly full: number; readonly all: number } | null;
  /** null: the log cannot tell. */
  readonly wait: WaitNow | null;
  /** Upper bound of the wait of callers who are taken from the queue now, µs; Infinity: unknown. */
  readonly longest: number;
  /** Throughput of the full pool, requests per second; null: unknown. */
  readonly answered: number | null;
  readonly severity: 'critical' | 'warning' | 'info';
  /** The finding that explains the full pool, or another problem beside it; null: none. */
  readonly cause: FindingSummary | null;
  /** The finding whose remedy would end it; null: nothing is recommended. */
  readonly finding: FindingSummary | null;
  readonly confidence: number;
}

/** µs: shorter waits are just the time to hand a request to a worker. */
const HARDLY_WAITS = 10_000;
/** µs: below this nobody waits. */
const NOT_AT_ALL = 1000;

const UNTOLD: [string, string, string] = [
  'whether callers queue, and for how long, a log that begins with a full pool cannot tell',
  'waits unknown',
  'waits unknown',
];

/** "callers now queue for 800 ms to 38 s (less if a few clients keep asking)" in three lengths, longest first. */
function waitingWords({ wait, longest }: FullNow): [string, string, string] {
  const most = Number.isFinite(longest) ? durationText(longest) : null;
  if (!wait) {
    if (most === null) return UNTOLD;
    return [
      `callers may queue now, ${most} at most; closer the log cannot tell yet`,
      `waits now ${most} at most`,
      `waits ${most} at most`,
    ];
  }
  if (wait.mean < HARDLY_WAITS && wait.high < 1e6 * SHORT)
    return ['callers hardly queue now', 'waits now short', 'waits short'];
  if (wait.isOpen) return openWords(wait.low, most);
  const [mean, low, high] = [wait.mean, wait.low, wait.high].map((micros) => durationText(micros));
  const may = wait.low < NOT_AT_ALL ? 'may queue' : 'queue';
  return [
    `callers now ${may} for about ${mean} (${low} to ${high} fit the log)`,
    `waits now ~${mean} (${low} to ${high})`,
    `waits ${low} to ${high}`,
  ];
}

/**
 * The range of a wait that the log does not decide (`isOpen`), in three lengths. No likeliest value is named: while the pool is full nothing in
 * the log says where in the range the wait lies. `low`: µs; `most`: the upper bound in words, null: unknown.
 */
function openWords(low: number, most: string | null): [string, string, string] {
  // Possibly nobody waits, and there is no upper bound either.
  if (low < NOT_AT_ALL && most === null) return UNTOLD;
  const few = low < NOT_AT_ALL ? 'not at all' : 'less';
  const least = durationText(low);
  const between = low < NOT_AT_ALL ? `up to ${most}` : most === null ? `${least} or longer` : `${least} to ${most}`;
  return [
    `callers now queue for ${between} (${few} if a few clients keep asking)`,
    `waits now ${between}, ${few} if callers are few`,
    `waits ${between}`,
  ];
}

/** Only callers of the full workers queue; those of the others find a free thread. */
const ofThem = (words: string, { workers }: FullNow): string =>
  words.replace(/^callers/, workers?.full === 1 ? 'its callers' : 'their callers');

/** A pool that is full without a break, in three lengths, longest first. */
function fullWords(summary: Summary, now: FullNow): [string, string, string] {
  const pool = capital(poolText(summary.server));
  const some = now.workers !== null && now.workers.full < now.workers.all;
  const which = some ? `, ${now.workers?.full} of them ` : ' ';
  const since = `${now.orLonger ? 'before ' : ''}${now.since}`;
  const [waiting, briefly, inBrief] = waitingWords(now);
  const most = some || now.answered === null ? '' : `: no more than ${roundText(now.answered)} req/s get through`;
  return [
    `${pool}${some ? which : ', '}full since ${since} without a break${most}. ${capital(some ? ofThem(waiting, now) : waiting)}.`,
    `${pool}${which}full since ${since}; ${briefly}.`,
    `${pool}${which}full since ${now.since}; ${inBrief}.`,
  ];
}

/** A pool that is full on and off, in three lengths, longest first. */
function spellWords(
  summary: Summary,
  { workers, longest, since: from, orLonger }: FullNow,
  { fullSeconds, seconds }: NonNullable<FullNow['spell']>,
): [string, string, string] {
  const pool = capital(poolText(summary.server));
  const since = `${orLonger ? 'before ' : ''}${from}`;
  const most = Number.isFinite(longest) ? durationText(longest) : null;
  const full = `full on and off since ${since}`;
  const [which, who] = workers === null ? ['', 'callers'] : ['some of them ', 'their callers'];
  return [
    `${pool}, ${which}${full} (${roundText(fullSeconds)} of ${roundText(seconds)} s): ${who} queue at times${most === null ? '' : `, ${most} at most`}.`,
    `${pool}, ${which}${full}; waits ${most === null ? 'unknown' : `${most} at most`}.`,
    `${pool}, ${which}${full}.`,
  ];
}

export function fullVerdict(summary: Summary, now: FullNow): Verdict {
  const [words, briefly, inBrief] = now.spell ? spellWords(summary, now, now.spell) : fullWords(summary, now);
  const [remedy, shortRemedy, fix] = now.finding ? remedyWords(summary, now.finding.evidence) : ['', '', ''];
  const beside = now.cause ? `${capital(now.cause.title)}.` : '';
  // A finding that explains the full pool, or is critical itself, comes first; any other one comes after.
  const isCause = now.cause?.severity === 'critical' || typeof now.cause?.evidence.saturated_seconds === 'number';
  const withCause = (text: string) => (isCause ? `${beside} ${text}` : `${text} ${beside}`).trim();
  return {
    severity: now.severity,
    sentence: withCause(`${words}${remedy}`),
    shorter: [withCause(`${briefly}${shortRemedy}`), `${inBrief}${fix}`],
    confidence: now.confidence,
  };
}

/** When the pool was last full ("20:42:31" or "before 20:42:31"), and how long callers queued then; `wait` null: unknown. */
export interface LastFull {
  readonly from: string;
  readonly to: string;
  readonly wait: WaitNow | null;
  /** Nothing was answered since: nobody asks, or all running requests are stuck. */
  readonly isSilent: boolean;
}

export interface CalmNow {
  /** Length of the stretch that the waits are computed from, and how much of it all slots were busy; seconds. */
  readonly seconds: number;
  readonly fullSeconds: number;
  readonly lastFull: LastFull | null;
  readonly confidence: number;
  /** The previous verdict was ok: no long wait was reported so far. */
  readonly wasOk: boolean;
}

/** Below this share of the time the slots count as hardly ever all busy. */
const HARDLY = 0.1;
/** Hysteresis: once a wait was called short, its p95 must reach this many times SHORT to be called long. Estimates go up and down. */
const NO_LONGER_SHORT = 2;

export function calmVerdict(summary: Summary, { seconds, fullSeconds, lastFull, confidence, wasOk }: CalmNow): Verdict {
  const pool = capital(poolText(summary.server));
  const { wait } = summary;
  const [queued, briefly, inBrief] = movingWaitWords(wait);
  const span = `the last ${roundText(seconds)} s`;
  const busy =
    fullSeconds < HARDLY * seconds
      ? `hardly ever all busy in ${span}`
      : `all busy ${roundText(fullSeconds)} of ${span}`;
  if (!lastFull) {
    return {
      severity: wait.p95 === null || wait.p95 >= (wasOk ? NO_LONGER_SHORT * SHORT : SHORT) ? 'info' : 'ok',
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

/** "; waits then ~2.9 s (753 ms to 38 s)"; empty: the wait is unknown or hardly one. */
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
