/**
 * The verdict of a live view, about now: a pool that is full says since when and how long those wait whom it takes from its queue; one
 * that is not says so of the stretch that its waits were looked for in, and when it was full last.
 */
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { capital, durationText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { remedyWords } from './verdict.ts';
import { movingWaitWords, SHORT } from './wait-words.ts';

/** µs: the wait of those who are taken from the queue now, and between what it lies. */
export interface WaitNow {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** No line tells it: it is of callers who come one by one, and a few clients who ask again and again wait less and look the same. */
  readonly isOpen: boolean;
}

export interface FullNow {
  /** "20:42:31"; of a spell when it began. */
  readonly since: string;
  /** It was full again and again, with short breaks, for so much of so many seconds; null: without a break. */
  readonly spell: { readonly fullSeconds: number; readonly seconds: number } | null;
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

const UNTOLD: [string, string, string] = [
  'whether callers queue, and for how long, a log that begins with a full pool cannot tell',
  'waits unknown',
  'waits unknown',
];

/** "callers now queue for 800 ms to 38 s (less if a few clients keep asking)", briefly, and in brief. */
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
 * Between what callers queue that no line tells of. A likeliest wait is not told: while the pool is full nothing in the log decides where
 * between both it lies. `most`: in words; null: not known.
 */
function openWords(low: number, most: string | null): [string, string, string] {
  // Perhaps nobody waits, and nothing bounds those who do.
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

/** Callers of the other workers find a thread free: the words are about those of the full ones. */
const ofThem = (words: string, { workers }: FullNow): string =>
  words.replace(/^callers/, workers?.full === 1 ? 'its callers' : 'their callers');

/** That a pool is full, at length, briefly, and in brief. */
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

/** That a pool is full again and again, at length, briefly, and in brief. */
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
  // What fills the pool, or is as bad, is told before it; what is merely worth knowing as well after it.
  const isCause = now.cause?.severity === 'critical' || typeof now.cause?.evidence.saturated_seconds === 'number';
  const withCause = (text: string) => (isCause ? `${beside} ${text}` : `${text} ${beside}`).trim();
  return {
    severity: now.severity,
    sentence: withCause(`${words}${remedy}`),
    shorter: [withCause(`${briefly}${shortRemedy}`), `${inBrief}${fix}`],
    confidence: now.confidence,
  };
}

/** When a pool was full last, from "20:42:31" or "before 20:42:31", and how long callers queued then; null: not known. */
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
  /** Nobody was said to wait for long so far. */
  readonly wasOk: boolean;
}

/** A smaller share of the time is moments. */
const HARDLY = 0.1;
/** Times a short wait that a queue has to grow to before it is no longer one: an estimate goes up and down. */
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
