/** What "now" is for a live log: the wall clock, or for a log whose stamps are of another day, its own time going on. */
import type { Clock } from '../core/clock.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';

/** A stamp this near to the wall clock was made by it: clocks of hosts differ, and requests take their time. */
const NEAR = 10 * MICROS_PER_MINUTE;
/** A clock that is adjusted goes back by less. */
const PUT_BACK = 5_000_000;
/** After this long without a line, a log with stamps of its own stands still. */
const QUIET = MICROS_PER_MINUTE;

export class LiveClock {
  readonly #clock: Clock;
  /** µs since 1970 UTC: the newest instant in the log, and when it was read. */
  #newest = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  /** µs: by when the requests of the log had ended. A stamp of whole seconds tells when the second began in which they did. */
  #ended = Number.NEGATIVE_INFINITY;
  #isCaughtUp = false;
  /** A line came after the history was read. */
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
    // The clock was put back, and the line was stamped by it after that.
    const isBack = wall < this.#readAt - PUT_BACK && Math.abs(wall - instant) < PUT_BACK;
    if (!(instant > this.#newest) && !isBack) return;
    this.#newest = instant;
    this.#readAt = wall;
  }

  /** As requests are placed in time; NaN: not known. */
  endedBy(instant: number): void {
    if (Number.isFinite(instant)) this.#ended = instant;
  }

  /** The newest line was new when it was read: the log is written by this clock, now or after a pause. */
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
