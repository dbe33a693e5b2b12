/**
 * The mean gap between two requests of a worker, where answers come too evenly for a pool that is not full. The time for which workers then
 * idle is no rest between callers, but what a machine short of CPU needs to go on.
 */
import { evenStretchOf } from '../structure/steady-rate.ts';
import type { Stretch } from './stretch.ts';

/** Least utilisation of the slots. */
const MOSTLY_BUSY = 0.8;
/** s: range of the gap. Shorter ones occur on any machine, and a longer mean was never recorded. */
const SHORTEST = 0.004;
const LONGEST = 0.015;

/**
 * s: the mean gap; null: the log does not tell. For processes that run one request at a time, with services far shorter than a tick, so
 * that a tick holds many answers. A few clients who ask again and again, each after a pause as long as the gap, answer as evenly; then
 * nobody waits.
 */
export function evenGap({ length, slots, changes, low, duration, tick }: Stretch): number | null {
  if (changes) return null;
  const even = evenStretchOf({ length, low, resolution: tick });
  if (!even) return null;
  const starts = even.to - even.from;
  const offered = (slots * starts) / even.rate;
  let work = 0;
  for (let i = even.from; i < even.to; i++) work += duration[i];
  const gap = (offered - work) / starts;
  return work >= MOSTLY_BUSY * offered && gap >= SHORTEST && gap <= LONGEST ? gap : null;
}
