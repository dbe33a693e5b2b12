/** Lines of connections that became something else than a request: a WebSocket is open for minutes, and nobody works for it. */
import type { RequestBatch } from '../core/batch.ts';

const SWITCHING_PROTOCOLS = 101;

export const OPEN_NO_WORK =
  'durations of answers 101 tell how long a WebSocket was open, and not how long somebody worked for it: they are taken as not known';

/** Takes out how long they were open. @returns whether there were some */
export function forgetOpenTimes(batch: RequestBatch): boolean {
  let found = false;
  for (let i = 0; i < batch.length; i++) {
    if (batch.status[i] !== SWITCHING_PROTOCOLS || Number.isNaN(batch.duration[i])) continue;
    batch.duration[i] = Number.NaN;
    found = true;
  }
  return found;
}
