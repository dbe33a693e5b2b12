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
  /** It follows from possible histories of the callers: while the pool stays full they tell the least wait, and no longest one. */
  readonly isOpen: boolean;
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
  readonly severity: 'critical' | 'warning' | 'info';
  /** What filled the pool, or goes wrong beside it. */
  readonly cause: FindingSummary | null;
  /** What would end it; null: nothing is recommended. */
  readonly finding: FindingSummary | null;
  readonly confidence: number;
}

/** µs: what a hand-over takes is no wait. */
const HARDLY_WAITS = 10_000;

/** "callers now queue for about 2 s (90 ms to 14 s fit the log)", briefly, and in brief. */
function waitingWords({ wait }: FullNow): [string, string, string] {
  if (!wait) return ['whether callers queue, and for how long, the log cannot tell', 'waits unknown', 'waits unknown'];
  const [mean, low, high] = [wait.mean, wait.low, wait.high].map((micros) => durationText(micros));
  const range = `${low} to ${high}`;
  if (wait.mean < HARDLY_WAITS && wait.high < 1e6 * SHORT)
    return ['callers hardly queue now', 'waits now short', 'waits short'];
  if (wait.isOpen && wait.low < HARDLY_WAITS) {
    return [
      'callers may queue now, at most since then; for how long the log cannot tell while it stays full',
      'waits now unknown',
      'waits unknown',
    ];
  }
  if (wait.isOpen) {
    return [
      `callers now queue for ${low} or longer, at most since then; closer the log cannot tell while it stays full`,
      `waits now ${low} or longer`,
      `waits ${low} or longer`,
    ];
  }
  const may = wait.low < 1000 ? 'may queue' : 'queue';
  return [
    `callers now ${may} for about ${mean} (${range} fit the log)`,
    `waits now ~${mean} (${range})`,
    `waits ${range}`,
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
  return {
    severity: now.severity,
    sentence: `${cause}${pool}${some ? which : ', '}full since ${since} without a break; ${waiting}.${remedy}`,
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
  const free = `${pool} with free slots again since ${lastFull.to}`;
  return {
    severity: 'info',
    sentence: `${free}. ${then}.`,
    shorter: [`${free}. ${then}.`, `Free slots since ${lastFull.to}; full since ${lastFull.from} before.`],
    confidence,
  };
}

function thenWords({ from, to, wait }: LastFull): string {
  const full = `Full from ${from} to ${to} before that`;
  if (!wait) return full;
  if (wait.isOpen && wait.low < HARDLY_WAITS) return full;
  const long = wait.isOpen ? `${durationText(wait.low)} or longer` : `up to about ${durationText(wait.mean)}`;
  return `${full}; callers queued for ${long} then`;
}
