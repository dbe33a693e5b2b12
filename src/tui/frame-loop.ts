/** When frames are drawn: only when asked for, at most `fps` a second, and for new data alone never more than a third of the time. */
import type { Clock } from '../core/clock.ts';

export interface FrameLoopOptions {
  readonly clock: Clock;
  readonly fps: number;
  /** Draws and writes; returns what it cost, ms of this process. `byKey`: somebody waits for it. */
  readonly draw: (byKey: boolean) => number;
  /** The terminal has not taken the last frame yet: writing to a terminal blocks, so a frame is skipped instead. */
  readonly isBehind: () => boolean;
}

export class FrameLoop {
  readonly #options: FrameLoopOptions;
  #cancel: (() => void) | null = null;
  #byKey = false;
  /** µs of the clock: when the frame that is planned is due, when the next is in turn, and when one for data alone may be. */
  #due = 0;
  #turn = 0;
  #nextForData = 0;
  #stopped = false;

  constructor(options: FrameLoopOptions) {
    this.#options = options;
  }

  /**
   * Something changed: a frame follows as soon as it may. `byKey`: somebody pressed a key and waits for it, so that it need
   * not wait for its turn; the one after it waits the longer.
   */
  request(byKey = false): void {
    if (this.#stopped) return;
    this.#byKey ||= byKey;
    const { clock, fps } = this.#options;
    const due = Math.max(clock.nowMicros(), byKey ? this.#turn - 1e6 / fps : this.#nextForData);
    if (this.#cancel && this.#due <= due) return;
    this.#cancel?.();
    this.#due = due;
    this.#cancel = clock.after((due - clock.nowMicros()) / 1000, () => this.#frame());
  }

  #frame(): void {
    this.#cancel = null;
    if (this.#stopped) return;
    const { clock, fps, draw, isBehind } = this.#options;
    this.#turn = Math.max(this.#turn, clock.nowMicros()) + 1e6 / fps;
    if (isBehind()) {
      this.#nextForData = this.#turn;
      this.request();
      return;
    }
    const byKey = this.#byKey;
    this.#byKey = false;
    const cost = draw(byKey);
    this.#nextForData = Math.max(this.#turn, clock.nowMicros() + cost * 2000);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }
}
