/** Words that more than one panel says. */
import type { Snapshot } from '../core/snapshot.ts';

/** What is being done before anything is said of the requests. */
export const readingText = ({ reading, total }: Pick<Snapshot, 'reading' | 'total'>): string =>
  reading.caughtUp || reading.bytes >= reading.total
    ? `Working out what ${total === 1 ? 'the request says' : `${total} requests say`}…`
    : 'Reading what is there…';
