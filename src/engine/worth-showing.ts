/** When a saved log that is being read is worth showing: when a small one is complete, or after the beginning of a large one. */
import type { Clock } from '../core/clock.ts';
import type { ReplayLog } from './replay-log.ts';

/** ms. A small log is waited for this long, so that it is shown complete; a large one is shown while it is read. */
const PATIENCE = 50;
const LOOK_EVERY = 5;
const SMALL_BYTES = 3_000_000;

export interface WorthShowing {
  /** Resolves when there is something to show. */
  readonly promise: Promise<void>;
  /** Resolves it at once, whatever has been read. */
  readonly now: () => void;
  /** To be called when nobody waits any more. */
  readonly cancel: () => void;
}

export function worthShowing(log: Pick<ReplayLog, 'first' | 'total'>, clock: Clock): WorthShowing {
  let cancel = () => {};
  let now = () => {};
  const promise = new Promise<void>((resolve) => {
    now = resolve;
    let waited = 0;
    const look = () => {
      waited += LOOK_EVERY;
      if (log.first.length > 0 && (log.total > SMALL_BYTES || waited >= PATIENCE)) resolve();
      else cancel = clock.after(LOOK_EVERY, look);
    };
    cancel = clock.after(LOOK_EVERY, look);
  });
  return { promise, now, cancel: () => cancel() };
}
