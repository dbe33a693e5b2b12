/** What was waited in the full stretches of a log, and whose doing it was. */
import type { Facts } from '../core/finding.ts';
import { episodesOf, WAITED } from '../core/full-stretches.ts';
import type { FullStretch } from '../core/inference.ts';
import type { Holdup } from '../core/outages.ts';
import { type Rows, rowsOf } from '../core/rows.ts';
import { sumOf } from '../core/statistics.ts';
import { fewMayFillIt } from '../core/wait-range.ts';
import { waitIsClockError } from './measured-waits.ts';
import { knownSlots } from './pool-words.ts';

/** What was waited in the full stretches that holdups made, and in all of the log: seconds. */
export interface WaitingIn {
  readonly seconds: number;
  readonly waiters: number;
  readonly ofAll: number;
  /** s in which all slots were busy in these stretches. */
  readonly fullSeconds: number;
  /** At least half of all waiting: the pool was full because of them. */
  readonly isMost: boolean;
}

/** Other remedies of a queue than more slots: a finding that names them among its own silences them. */
export const ioRemedies = ['threads-would-help', 'asgi-would-not-queue'] as const;

/** Findings that call a full pool too small, or of the wrong kind: symptoms where something else filled it. */
export const findingsOfFullPool = ['pool-saturated', 'pool-too-small', 'callers-queue', ...ioRemedies] as const;

/** Those, and who keeps the others waiting in it: symptoms as well where something else fills it. */
export const findingsOfQueue = [...findingsOfFullPool, 'head-of-line'] as const;

/** Share of all waiting from which the pool is full because of what made it. */
export const MOST_WAITING = 0.5;
/** µs: a full stretch of coarse bins may seem to begin so long before what made it; and what gets slow little by little is seen late, by this share of its length. */
const BEGINS_BEFORE = 3e6;
const SEEN_LATE = 0.2;
/** Share of the slots' time in a full stretch that is excess: a pool that is overloaded anyway is not full because of it. */
const LEAST_EXCESS = 0.25;

/** A full stretch is made by the holdups that reach into it, if it begins with them and they are much of it; it lasts until its queue is gone. */
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
    // Who came while it was full waits in its queue, which one of several workers may have longer than the others.
    if (!(wait[i] >= WAITED) || !episodes.some(({ from, to }) => start[i] >= from && start[i] - wait[i] <= to))
      continue;
    seconds += wait[i] / 1e6;
    waiters++;
  }
  const fullSeconds = sumOf(episodes.map(({ fullMicros }) => fullMicros)) / 1e6;
  return { seconds, waiters, ofAll, fullSeconds, isMost: waiters > 0 && seconds >= MOST_WAITING * ofAll };
}

/**
 * Of a long log whose waits are not known: the share of its full stretches, by their length, that begin with the holdups, 0..1; NaN where waits are
 * known, or the timeline shows no full stretch.
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

/** A stretch in which nobody was served; µs since 1970 UTC, and how long at least. */
interface Standing {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Of all waiting, what those waited who came in one of these stretches, or in as long a time behind it; NaN where no waits are known. @param stretches in order of time */
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

/** From the first arrival that had to wait to the last start from the queue, µs since 1970 UTC; NaN where none is known. */
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

/** Waits that deserve a word: a share of the service time on average, so that the busy moments of a healthy pool do not count. */
export function materialWait(facts: Facts): boolean {
  const { wait, service } = facts.inference;
  if (!(wait.p95 >= 100_000) || waitIsClockError(facts)) return false;
  return !Number.isFinite(service.mean) || wait.mean >= 0.15 * service.mean;
}

/** Share of all waiting from which it began at a moment, and of the service time up to which hardly anybody waited before. */
const NEARLY_ALL_WAITING = 0.9;
const HARDLY_ANY = 0.15;

/** Share of the work since then that what was added has to be: a route that hardly takes any time fills no pool, however slow it got. */
const MATERIAL_WORK = 0.1;

/**
 * Hardly anybody waited before that moment, and nearly all waiting lies behind it: the pool was large enough for what requests took.
 * `addedSeconds`: of service since then.
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

/** Times a long wait: of 60 recordings with such an estimate, all waited long, but for one that did so by a hair less. */
const SURELY_LONG = 2;

/** A p95 wait of half a second and of a service time or more. `isSure`: nothing is inferred that may as well have been short. */
export function waitIsLong({ summary, inference: { wait, service } }: Facts, isSure = false): boolean {
  // A few callers in turn keep a pool as full, and none of them waits.
  if (!isSure && fewMayFillIt(summary)) return false;
  const long = Math.max(500_000, service.mean);
  // A wait that may as well have been short is no catastrophe; an estimate of twice as much has hardly ever been of a short one.
  const surely = isSure || wait.method !== 'inferred' || wait.lowP95 >= long / 4 || wait.p95 >= SURELY_LONG * long;
  return (wait.method === 'bounded' ? wait.lowP95 : wait.p95) >= long && surely;
}
