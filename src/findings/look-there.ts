/** What to do about a stretch of a long log that was not followed: read it alone. */
import { sinceText } from '../core/time.ts';

/** @param when what was usual is read with it; instants in µs since 1970 UTC */
export const lookThere = (from: number, to: number, when: 'before' | 'before and after', isFollowed: boolean): string =>
  `Look there: logscope analyze --since ${sinceText(from)} --until ${sinceText(to)}. It reads that part alone, with what was usual ${when} it, and follows ${isFollowed ? 'all of it' : 'more of it'}.`;

const notTheServer = 'not the server: logscope analyze --since … --until … tells of that part';

export const lookThereInstead = {
  gunicorn: notTheServer,
  uvicorn: notTheServer,
  waitress: notTheServer,
  hypercorn: notTheServer,
  uWSGI: notTheServer,
};
