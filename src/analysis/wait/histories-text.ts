/** Describes in words from which histories the waits of a log were taken. */
import { countText } from '../../core/words.ts';
import type { Pool } from './filtered-waits.ts';

interface Told {
  /** How the callers come in the histories. */
  readonly callers: string;
  /** Number of requests followed, if they are a part of the log; null: all of it was followed. */
  readonly requests: number | null;
  readonly beginsFull: boolean;
  readonly endsFull: boolean;
  /** Slots may have idled although callers queued. */
  readonly isShortOfCpu: boolean;
  /** For a while just this many slots were busy, as if one of several processes was full; null: there is no sign of that. */
  readonly slotsOfOne: number | null;
}

export function historiesText(
  pool: Pool,
  { callers, requests, beginsFull, endsFull, isShortOfCpu, slotsOfOne }: Told,
): string {
  const unseen = [
    ...(beginsFull ? ['was full already when the log begins'] : []),
    ...(endsFull ? ['is still full when the log ends, and who waits then is in no line of it'] : []),
  ];
  return [
    `possible histories of ${slotsText(pool)}${pool.queue === 'worker' ? ' in each worker' : ''} and their callers (${callers})`,
    pool.queue === 'unknown' ? ', if they share one queue' : '',
    pool.isLeast ? ', if there are no more' : '',
    requests === null ? '' : `, of ${requests} requests of the log`,
    '; the range is as wide as the error on recorded servers',
    unseen.length > 0 ? `; the pool ${unseen.join(', and ')}, so callers may have waited longer` : '',
    isShortOfCpu ? '; the range holds a machine so short of CPU that slots stand idle although callers queue' : '',
    slotsOfOne === null
      ? ''
      : `; for a while just ${slotsOfOne} were busy, as if a process of so many was full and kept a queue of its own`,
  ].join('');
}

/** "4 workers", "2 to 8 slots". */
function slotsText({ slots, onLanes, changes }: Pool): string {
  const least = changes ? Math.min(...changes.map((change) => change.slots)) : slots;
  return `${least < slots ? `${least} to ` : ''}${countText(slots, onLanes ? 'worker' : 'slot')}`;
}
