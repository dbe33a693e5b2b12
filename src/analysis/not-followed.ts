/** For a long log whose waits are unknown: when its pool was full for longest, and where to look for the waits of that time. */
import type { FullStretch, ServerInference, TimeSpan } from '../core/inference.ts';
import { momentsBetween } from '../core/moments.ts';
import { sumOf } from '../core/statistics.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import { countText, percentText } from '../core/words.ts';
import type { FollowedPart } from './followed-part.ts';
import type { Known } from './known-steps.ts';
import { KEPT_WHOLE } from './retained-rows.ts';
import { unknownWait } from './wait/summarise-waits.ts';

/** µs: full steps at most APART from each other are one stretch; a stretch to look at is extended by AROUND on both sides. */
const APART = 60_000_000;
const AROUND = 60_000_000;
/** µs before a stretch that are read as well, as they show what is usual; fewer if there are too many requests to be followed. */
const BEFORE = [600_000_000, 300_000_000, 120_000_000, AROUND];

export type OfWhole = Pick<ServerInference, 'wait' | 'requests' | 'notFollowed'>;

/** Nothing like the longest stretches of a full pool was followed, so the waits in them are unknown. */
export function notFollowed(inference: ServerInference, known: Known, { table, view }: FollowedPart): OfWhole {
  const { strata, isKnown } = known;
  const { from, step, full } = strata;
  const untold = fullestOf(fullStretches(strata, (k) => isKnown[k] === 0));
  const stretch = widened(untold);
  const whole = widened(withAllOfIt(untold, known));
  const look = whereToLook(whole, view);
  const share = fullShareOf(known);
  const inAll = sumOf(full) / full.length;
  const middle = (stretch.from + stretch.to) / 2;
  const moments = momentsBetween(from, from + full.length * step);
  const basis = `nothing like the longest stretch in which all slots were busy, about ${moments.at(middle)} UTC, could be followed: ${countText(table.length, 'request')} are kept, and all slots were busy for ${percentText(share)} of their time and for ${percentText(inAll)} of all`;
  const { wait } = inference.requests;
  return {
    wait: unknownWait(basis),
    requests: { ...inference.requests, wait: new Float64Array(wait.length).fill(Number.NaN), waitSamples: [] },
    notFollowed: {
      ...whole,
      ...(look.isFollowed ? look : whereToLook({ from: stretch.from, to: whole.to }, view)),
      requests: table.length,
      fullShare: share,
    },
  };
}

/** µs: a pool is now and then full for less. */
const LONG_FULL = 60_000_000;

/**
 * Where the pool was full for longest. For logs of which steps of every stratum are kept, but whose waits are unknown because the pool was
 * already full when the kept parts begin.
 */
export function fullYetUntold(known: Known, { table, view }: FollowedPart): Pick<OfWhole, 'notFollowed'> {
  const stretches = fullStretches(known.strata);
  if (stretches.length === 0) return {};
  const stretch = widened(fullestOf(stretches));
  if (stretch.fullMicros < LONG_FULL) return {};
  const look = whereToLook(stretch, view);
  return { notFollowed: { ...stretch, ...look, requests: table.length, fullShare: fullShareOf(known), isKept: true } };
}

/** Share of the followed steps in which all slots were busy. */
function fullShareOf({ strata: { full }, isKnown }: Known): number {
  const followed = full.filter((_, k) => isKnown[k] === 1);
  return followed.length > 0 ? sumOf(followed) / followed.length : 0;
}

/** From when on the log must be read to follow the stretch, and whether all requests since then fit. */
function whereToLook(
  { from, to }: TimeSpan,
  view: FollowedPart['view'],
): { readonly lookFrom: number; readonly isFollowed: boolean } {
  const starts = BEFORE.map((before) => from + AROUND - before);
  const lookFrom = starts.find((since) => requestsIn(view, since, to) <= KEPT_WHOLE);
  return { lookFrom: lookFrom ?? from, isFollowed: lookFrom !== undefined };
}

/** Of the steps in which the instants are, and all between them. */
export function requestsIn(view: FollowedPart['view'], from: number, to: number): number {
  const stepOf = (instant: number) =>
    Math.max(0, Math.floor((instant - view.from) / (view.stepSeconds * MICROS_PER_SECOND)));
  return sumOf(view.requests.subarray(stepOf(from), stepOf(to) + 1));
}

/** @param at ascending instants of full steps */
function stretchesOf(at: readonly number[], step: number): FullStretch[] {
  const stretches: { from: number; to: number; fullMicros: number }[] = [];
  for (const instant of at) {
    const open = stretches.at(-1);
    if (open && instant - open.to <= APART) {
      open.to = instant + step;
      open.fullMicros += step;
    } else stretches.push({ from: instant, to: instant + step, fullMicros: step });
  }
  return stretches;
}

const widened = ({ from, to, fullMicros }: FullStretch): FullStretch => ({
  ...{ from: from - AROUND, to: to + AROUND },
  fullMicros,
});

const fullestOf = (stretches: readonly FullStretch[]): FullStretch =>
  stretches.reduce((best, one) => (one.fullMicros > best.fullMicros ? one : best));

/** In order of time. @param counts whether a full step is of interest */
export const fullStretches = (
  { from, step, full }: Known['strata'],
  counts: (k: number) => boolean = () => true,
): FullStretch[] =>
  stretchesOf(
    Array.from(full.keys()).flatMap((k) => (full[k] === 1 && counts(k) ? [from + k * step] : [])),
    step,
  );

/** The whole full stretch that contains `part`, as some of it may have been followed. */
const withAllOfIt = (part: FullStretch, { strata }: Known): FullStretch =>
  fullStretches(strata).find(({ from, to }) => from <= part.from && to >= part.to) ?? part;
