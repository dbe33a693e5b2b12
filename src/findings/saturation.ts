/** How long callers waited while the pool was full, and what had filled it. */
import type { Facts } from '../core/finding.ts';
import { episodesOf, WAITED } from '../core/full-stretches.ts';
import type { FullStretch } from '../core/inference.ts';
import type { Holdup } from '../core/outages.ts';
import { type Rows, rowsOf } from '../core/rows.ts';
import { sumOf } from '../core/statistics.ts';
import { fewMayFillIt } from '../core/wait-range.ts';
import { waitIsClockError } from './measured-waits.ts';
import { knownSlots } from './pool-words.ts';

/** Waiting in the full stretches that holdups caused. */
export interface WaitingIn {
  /** Sum of the waits in these stretches, s. */
  readonly seconds: number;
  /** Requests that waited in these stretches. */
  readonly waiters: number;
  /** Sum of all waits in the log, s. */
  readonly ofAll: number;
  /** Time in these stretches during which all slots were busy, s. */
  readonly fullSeconds: number;
  /** `seconds` is at least half of `ofAll`: the holdups are why the pool was full. */
  readonly isMost: boolean;
}

/** Findings that propose other remedies for a queue than more slots; a finding that gives this advice itself silences them. */
export const ioRemedies = ['threads-would-help', 'asgi-would-not-queue'] as const;

/** Findings that call a full pool too small, or of the wrong kind. If something else filled the pool, they only describe symptoms. */
export const findingsOfFullPool = ['pool-saturated', 'pool-too-small', 'callers-queue', ...ioRemedies] as const;

/** The same, and the finding that one route keeps the others waiting: a symptom as well if something else filled the pool. */
export const findingsOfQueue = [...findingsOfFullPool, 'head-of-line'] as const;

/** A cause that accounts for this share of all waiting is taken for the reason why the pool was full. */
export const MOST_WAITING = 0.5;
/**
 * A full stretch may seem to begin before its cause: by BEGINS_BEFORE (µs) because of coarse bins, or by SEEN_LATE times the length of a
 * holdup, because a gradual slowdown is noticed late.
 */
const BEGINS_BEFORE = 3e6;
const SEEN_LATE = 0.2;
/** Least share of the slots' time in a full stretch that the holdups must account for: an overloaded pool would be full without them. */
const LEAST_EXCESS = 0.25;

/**
 * Sums up the waits in full stretches that holdups caused: those that begin with a holdup and owe LEAST_EXCESS of their busy time to
 * holdups. A full stretch lasts until its queue is gone.
 */
export function waitingIn(facts: Facts, slots: number, holdups: readonly Holdup[]): WaitingIn {
  const rows = rowsOf(facts);
  const ofAll = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0) / 1e6;
  const episodes = episodesOf(facts, slots).filter((episode) => {
    const within = holdups.filter(({ from, to }) => episode.from <= to && episode.to >= from);
    const excess = within.reduce((sum, { excessMicros }) => sum + excessMicros, 0);
    return (
      within.some(({ from, to }) => episode.from >= from - Math.max(BEGINS_BEFORE, SEEN_LATE * (to - from))) &&
      excess >= LEAST_EXCESS * slots * episode.fullMicros
    );
  });
  let [seconds, waiters] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const { start, wait } = rows;
    // A caller who came during a full stretch belongs to its queue. One worker may still have a queue when the others have none.
    if (!(wait[i] >= WAITED) || !episodes.some(({ from, to }) => start[i] >= from && start[i] - wait[i] <= to))
      continue;
    seconds += wait[i] / 1e6;
    waiters++;
  }
  const fullSeconds = sumOf(episodes.map(({ fullMicros }) => fullMicros)) / 1e6;
  return { seconds, waiters, ofAll, fullSeconds, isMost: waiters > 0 && seconds >= MOST_WAITING * ofAll };
}

/**
 * Share of the time in full stretches, 0..1, that belongs to stretches which begin with a holdup. For logs whose waits are not known; NaN if
 * they are, or if there is no full stretch.
 */
export function shareOfFullTime({ inference }: Facts, holdups: readonly Holdup[]): number {
  const { fullStretches = [], wait } = inference;
  if (wait.method !== 'unknown' || fullStretches.length === 0) return Number.NaN;
  const lengthOf = (stretches: readonly FullStretch[]) => sumOf(stretches.map(({ fullMicros }) => fullMicros));
  const within = fullStretches.filter((full) =>
    holdups.some(({ from, to }) => full.from >= from - SEEN_LATE * (to - from) && full.from <= to),
  );
  return lengthOf(within) / lengthOf(fullStretches);
}

/** A stretch in which nobody was served: µs since 1970 UTC, and its least length, µs. */
interface Standing {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/**
 * Share of all waiting, 0..1, by callers who came during one of these stretches or within the same length of time after it; NaN if no request
 * has a known wait. @param stretches in order of time
 */
export function shareOfWaits({ start, wait, length }: Rows, stretches: readonly Standing[]): number {
  let [inside, ofAll, k] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    if (!(wait[i] > 0)) continue;
    ofAll += wait[i];
    const came = start[i] - wait[i];
    while (k < stretches.length - 1 && start[i] >= stretches[k + 1].from) k++;
    if (came >= stretches[k].from && came <= stretches[k].to + stretches[k].length) inside += wait[i];
  }
  return inside / ofAll;
}

/** From the first arrival that had to wait to the last start from the queue, µs since 1970 UTC; NaN if no request is known to have waited. */
export function waitingSpan(facts: Facts): { readonly from: number; readonly to: number } {
  const { length, start, wait } = rowsOf(facts);
  let [from, to] = [Number.NaN, Number.NaN];
  for (let i = 0; i < length; i++) {
    if (!(wait[i] >= WAITED)) continue;
    if (!(from <= start[i] - wait[i])) from = start[i] - wait[i];
    to = start[i];
  }
  return { from, to };
}

/** Whether waits are worth reporting: a p95 of 100 ms and a share of the service time on average, which busy moments alone do not reach. */
export function materialWait(facts: Facts): boolean {
  const { wait, service } = facts.inference;
  if (!(wait.p95 >= 100_000) || waitIsClockError(facts)) return false;
  return !Number.isFinite(service.mean) || wait.mean >= 0.15 * service.mean;
}

/** Waiting began at a moment if at least this share of it came after, and if waits before were at most this share of the service time. */
const NEARLY_ALL_WAITING = 0.9;
const HARDLY_ANY = 0.15;

/** The added work must be at least this share of all work since then: a route that takes little time fills no pool, however slow it got. */
const MATERIAL_WORK = 0.1;

/**
 * Whether the queue began at the moment `at` (µs since 1970 UTC): hardly anybody waited before, and nearly all waiting came after. Then the
 * pool was large enough for the earlier service times. `addedSeconds`: service time added since then, s.
 */
export function filledSince(facts: Facts, rows: Rows, at: number, addedSeconds: number): boolean {
  if (knownSlots(facts.summary.server) === null || !materialWait(facts)) return false;
  let [before, served, after, servedAfter] = [0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const wait = Math.max(0, rows.wait[i] || 0);
    const service = Math.max(0, rows.service[i] || 0);
    if (rows.start[i] >= at) {
      after += wait;
      servedAfter += service;
    } else {
      before += wait;
      served += service;
    }
  }
  if (1e6 * addedSeconds < MATERIAL_WORK * servedAfter) return false;
  return after >= NEARLY_ALL_WAITING * (before + after) && before <= HARDLY_ANY * served;
}

/** An inferred p95 of this many times a long wait is trusted: in 60 recordings with such an estimate, all true waits but one were long. */
const SURELY_LONG = 2;

/** Whether the p95 wait is long: at least half a second and at least the mean service time. `isSure`: skip the tests of inferred waits. */
export function waitIsLong({ summary, inference: { wait, service } }: Facts, isSure = false): boolean {
  // A few callers that take turns may keep a pool just as full without waiting.
  if (!isSure && fewMayFillIt(summary)) return false;
  const long = Math.max(500_000, service.mean);
  // An inferred wait whose range includes short ones is not alarming, unless the estimate is so large that it was hardly ever wrong.
  const surely = isSure || wait.method !== 'inferred' || wait.lowP95 >= long / 4 || wait.p95 >= SURELY_LONG * long;
  return (wait.method === 'bounded' ? wait.lowP95 : wait.p95) >= long && surely;
}
