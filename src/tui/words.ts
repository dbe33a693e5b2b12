/** Words used by more than one panel. */
import type { Snapshot } from '../core/snapshot.ts';

/** What the program is doing while there is no verdict yet. */
export const readingText = ({ reading, total }: Pick<Snapshot, 'reading' | 'total'>): string =>
  reading.caughtUp || reading.bytes >= reading.total
    ? `Working out what ${total === 1 ? 'the request says' : `${total} requests say`}…`
    : 'Reading what is there…';
