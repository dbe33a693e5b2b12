/** Lines of connections that were upgraded: a WebSocket is open for minutes, but no worker is busy with it. */
import type { RequestBatch } from '../core/batch.ts';

const SWITCHING_PROTOCOLS = 101;

export const OPEN_NO_WORK =
  'durations of answers 101 tell how long a WebSocket was open, and not how long somebody worked for it: they are taken as not known';

/** Removes the durations of such lines. @returns whether there were any */
export function forgetOpenTimes(batch: RequestBatch): boolean {
  let found = false;
  for (let i = 0; i < batch.length; i++) {
    if (batch.status[i] !== SWITCHING_PROTOCOLS || Number.isNaN(batch.duration[i])) continue;
    batch.duration[i] = Number.NaN;
    found = true;
  }
  return found;
}
