/** How much work is done to find the histories of a log, by its length and by who waits for them. */
import type { Effort } from '../../core/inference.ts';
import type { Plan } from './histories.ts';

/**
 * Numbers of newest requests that a live view tries in turn, until they begin where the pool was not full. Every request costs time, so the
 * steps are small.
 */
export const LIVE_ROWS = [150, 200, 250, 300, 400, 500, 600, 750, 900, 1050, 1200];
/** The same for a longer look; fewer requests do not tell how callers come. */
export const LOOK_ROWS = [600, 1200];

/** The best plan takes half a millisecond per request. A long log needs fewer histories, because its own length averages. */
export function planFor(n: number, effort: Effort): Omit<Plan, 'rounds'> & { readonly rows: number } {
  if (effort === 'live')
    return { rows: LIVE_ROWS[0], particles: 8, runs: 1, paths: 2, draws: 4, quick: true, crowds: false };
  if (effort === 'look')
    return { rows: LOOK_ROWS[0], particles: 48, runs: 2, paths: 3, draws: 12, quick: false, crowds: false };
  if (effort === 'sample')
    return { rows: 40_000, particles: 6, runs: 1, paths: 2, draws: 4, quick: false, crowds: false };
  if (n <= 2000) return { rows: 2000, particles: 48, runs: 4, paths: 3, draws: 48, quick: false, crowds: true };
  if (n <= 6000) return { rows: 6000, particles: 24, runs: 3, paths: 2, draws: 24, quick: false, crowds: true };
  if (n <= 20_000) return { rows: 20_000, particles: 12, runs: 2, paths: 2, draws: 16, quick: false, crowds: false };
  return { rows: 40_000, particles: 8, runs: 2, paths: 2, draws: 12, quick: false, crowds: false };
}
