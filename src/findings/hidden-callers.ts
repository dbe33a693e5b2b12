/** Advice for a pool that was full all the time, where the log does not show how many callers there are. */
import type { Facts } from '../core/finding.ts';
import { roundText } from '../core/words.ts';

/** There may be just as many callers as slots, or more and more of them while the pool is full. */
export function hiddenCallersText({ inference: { service } }: Facts, slots: number): string {
  const each = Number.isFinite(service.mean)
    ? `: ${slots} slots end at ${roundText((slots * 1e6) / service.mean)} requests/s, and each more carries up to ${roundText(1e6 / service.mean)}`
    : '';
  return `More workers or threads would answer more${each}. How many would end a queue, if there is one, depends on how many callers there are: in a load test their number is known, and the latency that they saw less the service time is the wait. Otherwise log the client's address, which shows whether a few ask again and again, or X-Request-Start, which gives the wait.`;
}
