/** Advice for a stretch of a long log that was not followed: analyse it by itself. */
import { sinceText } from '../core/time.ts';

/** `from`, `to`: µs since 1970 UTC. @param when which side of the stretch is also read, to know what is usual */
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
