/** Chooses which requests of a long log, or of a live one, are followed. */
import type { Effort } from '../../core/inference.ts';
import type { Trace } from '../structure/trace.ts';
import type { Pool } from './filtered-waits.ts';
import type { Plan } from './histories.ts';
import { LIVE_ROWS, LOOK_ROWS, planFor } from './plan-for.ts';
import { slotsAt } from './slot-changes.ts';
import { unseenBeginnings } from './unseen-beginning.ts';

/** A part with a larger share of its requests before its first idle moment says too little about its waits. */
export const MOST_UNSEEN = 0.2;

export interface Part {
  readonly plan: Omit<Plan, 'rounds'>;
  /** Requests [from, from + length) of the trace. */
  readonly from: number;
  readonly length: number;
  /**
   * Share of its requests before the pool first had room, if the part begins in a full pool: they may have been delayed by callers from
   * before.
   */
  readonly unseen: number;
  /** `unseen` is small enough. */
  readonly isSeen: boolean;
  /**
   * Some requests of the part are unseen, but with the trace before it none are: the pool became full before the part began, and the trace
   * shows when.
   */
  readonly isSeenBefore: boolean;
}

/**
 * The first requests of a long log, or the newest of a live one: of the lengths allowed there, the shortest part that begins where the pool
 * was not full.
 */
export function partToFollow(trace: Trace, { slots, queue, changes }: Pool, effort: Effort): Part {
  const plan = planFor(trace.length, effort);
  const newest = effort === 'live' ? LIVE_ROWS : effort === 'look' ? LOOK_ROWS : null;
  const lengths = (newest ?? [plan.rows]).map((most) => Math.min(trace.length, most));
  const fromOf = (length: number) => (newest ? trace.length - length : 0);
  const unseenShare = unseenBeginnings(trace, queue === 'worker');
  const unseenOf = (length: number, from = fromOf(length)) =>
    unseenShare(from, length, changes ? slotsAt(changes, trace.end[from]) : slots);
  let length = lengths[0];
  let unseen = unseenOf(length);
  for (let k = 1; k < lengths.length && unseen > MOST_UNSEEN; k++) {
    length = lengths[k];
    unseen = unseenOf(length);
  }
  const isSeenBefore = unseen > 0 && length < trace.length && unseenOf(trace.length, 0) === 0;
  return { plan, from: fromOf(length), length, unseen, isSeen: unseen <= MOST_UNSEEN, isSeenBefore };
}
