/** The steps of a long log's timeline that were followed from a moment on at which nobody queued. */
import type { FollowedPart } from './followed-part.ts';
import type { Partial } from './partial.ts';
import { type Strata, strataOf } from './strata.ts';

export const logsServices = ({ streams }: Partial): boolean =>
  streams.every(({ facts }) => facts.durationCovers === 'service');

/** What the followed part shows of the whole log. */
export interface Known {
  readonly strata: Strata;
  /** By step: 1 if its requests were followed, and so were all that had queued before it. */
  readonly isKnown: Uint8Array;
}

/** null: the timeline does not show it. */
export function knownOf(
  partial: Partial,
  { isWhole, view }: FollowedPart,
  slots: (instant: number) => number,
): Known | null {
  if (!isWhole || !logsServices(partial)) return null;
  const strata = strataOf(view, slots);
  if (!strata) return null;
  const isKnown = new Uint8Array(isWhole.length);
  // Requests that queued when a stretch began are not seen, so nothing is known before its first step that was not full (but at the beginning of the log).
  for (let k = 0; k < isWhole.length; k++) {
    const isBeginning = k === 0 || isWhole[k - 1] === 0 || (isKnown[k - 1] === 0 && strata.full[k - 1] === 1);
    isKnown[k] = isWhole[k] === 1 && (k === 0 || !isBeginning || strata.full[k] === 0) ? 1 : 0;
  }
  return { strata, isKnown };
}

export const stepAt = ({ strata, isKnown }: Known, instant: number): number =>
  Math.min(isKnown.length - 1, Math.max(0, Math.floor((instant - strata.from) / strata.step)));
