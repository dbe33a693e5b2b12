/** What "now" is for a live log: the wall clock, or, if its stamps are of another time, its own time moving on. */
import type { Clock } from '../core/clock.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';

/** A stamp this close (µs) to the wall clock was made by it: clocks of hosts differ, and requests take time. */
const NEAR = 10 * MICROS_PER_MINUTE;
/** µs: adjustments of the clock are smaller than this; more means that it was set back. */
const PUT_BACK = 5_000_000;
/** A log with stamps of another time stands still after this long (µs) without a line. */
const QUIET = MICROS_PER_MINUTE;

export class LiveClock {
  readonly #clock: Clock;
  /** The newest instant in the log, and (below) the wall clock when it was read; µs since 1970 UTC. */
  #newest = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  /** The end of the last request as placed, µs since 1970 UTC: a stamp of whole seconds only shows the second of its end. */
  #ended = Number.NEGATIVE_INFINITY;
  #isCaughtUp = false;
  /** true: a line came after the history had been read. */
  #isWritten = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get newest(): number {
    return this.#newest;
  }

  caughtUp(): void {
    this.#isCaughtUp = true;
  }

  seen(instant: number): void {
    if (this.#isCaughtUp) this.#isWritten = true;
    const wall = this.#clock.nowMicros();
    // The clock was set back, and the line was stamped afterwards.
    const isBack = wall < this.#readAt - PUT_BACK && Math.abs(wall - instant) < PUT_BACK;
    if (!(instant > this.#newest) && !isBack) return;
    this.#newest = instant;
    this.#readAt = wall;
  }

  /** Latest end of the requests as placed; NaN: not known. */
  endedBy(instant: number): void {
    if (Number.isFinite(instant)) this.#ended = instant;
  }

  /** true: the newest line was new when it was read, so the log is stamped by this clock. */
  get #isNear(): boolean {
    return Math.abs(this.#readAt - this.#newest) < NEAR;
  }

  get isLive(): boolean {
    if (!Number.isFinite(this.#newest) || this.#isNear) return true;
    return this.#isWritten && this.#clock.nowMicros() - this.#readAt < QUIET;
  }

  now(): number {
    const wall = this.#clock.nowMicros();
    if (!Number.isFinite(this.#newest)) return wall;
    if (this.#isNear) return Math.max(wall, this.#newest);
    return this.#isWritten ? this.#newest + Math.min(wall - this.#readAt, QUIET) : Math.max(this.#newest, this.#ended);
  }
}
