/** When frames are drawn: only when requested, at most `fps` per second, and for new data alone at most a third of the time. */
import type { Clock } from '../core/clock.ts';

export interface FrameLoopOptions {
  readonly clock: Clock;
  readonly fps: number;
  /** Draws and writes; returns the cost, ms of this process. `byKey`: somebody waits for the frame. */
  readonly draw: (byKey: boolean) => number;
  /** true: the terminal has not taken the last frame yet. Writing to it would block, so a frame is skipped. */
  readonly isBehind: () => boolean;
}

export class FrameLoop {
  readonly #options: FrameLoopOptions;
  #cancel: (() => void) | null = null;
  #byKey = false;
  /** µs of the clock: when the planned frame is due, when the next frame is due at `fps`, and when one for data alone may be drawn. */
  #due = 0;
  #turn = 0;
  #nextForData = 0;
  #stopped = false;

  constructor(options: FrameLoopOptions) {
    this.#options = options;
  }

  /**
   * Something changed: a frame follows as soon as allowed. `byKey`: somebody pressed a key, so the frame may come before it is due; the one
   * after it is delayed accordingly.
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
