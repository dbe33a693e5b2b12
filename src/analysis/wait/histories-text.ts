/** Which histories the waits of a log were taken from, in words. */
import { countText } from '../../core/words.ts';
import type { Pool } from './filtered-waits.ts';

interface Told {
  /** How they come, in the histories. */
  readonly callers: string;
  /** Of a part of the log; null: of all of it. */
  readonly requests: number | null;
  readonly beginsFull: boolean;
  readonly endsFull: boolean;
  /** Slots may have stood idle although callers queued. */
  readonly isShortOfCpu: boolean;
  /** As many were busy for a while as one of several processes has; null: nothing looks like it. */
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
