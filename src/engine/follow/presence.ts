/** Whether a file is at its path: reports "gone" and "back", but not a file that is merely being replaced. */
import type { Clock } from '../../core/clock.ts';

/** A file that is missing for less than this was being replaced, not deleted. */
const GONE_AFTER_MICROS = 1_000_000;

export class Presence {
  readonly #clock: Clock;
  readonly #tell: (event: 'gone' | 'back') => void;
  #missingSince: number | null = null;
  isGone = false;

  constructor(clock: Clock, tell: (event: 'gone' | 'back') => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  missing(): void {
    if (this.isGone) return;
    const now = this.#clock.nowMicros();
    this.#missingSince ??= now;
    if (now - this.#missingSince < GONE_AFTER_MICROS) return;
    this.isGone = true;
    this.#tell('gone');
  }

  there(): void {
    this.#missingSince = null;
    if (!this.isGone) return;
    this.isGone = false;
    this.#tell('back');
  }
}
