/** When frames are drawn: only when asked for, at most `fps` a second, and never more than a third of the time. */
import type { Clock } from '../core/clock.ts';

export interface FrameLoopOptions {
  readonly clock: Clock;
  readonly fps: number;
  /** Draws and writes; returns what it cost, ms of this process. */
  readonly draw: () => number;
  /** The terminal has not taken the last frame yet: writing to a terminal blocks, so a frame is skipped instead. */
  readonly isBehind: () => boolean;
}

export class FrameLoop {
  readonly #options: FrameLoopOptions;
  #cancel: (() => void) | null = null;
  #notBefore = 0;
  #stopped = false;

  constructor(options: FrameLoopOptions) {
    this.#options = options;
  }

  /** Something changed: a frame follows as soon as it may. */
  request(): void {
    if (this.#cancel || this.#stopped) return;
    const { clock } = this.#options;
    const delay = Math.max(0, (this.#notBefore - clock.nowMicros()) / 1000);
    this.#cancel = clock.after(delay, () => this.#frame());
  }

  #frame(): void {
    this.#cancel = null;
    if (this.#stopped) return;
    const { clock, fps, draw, isBehind } = this.#options;
    if (isBehind()) {
      this.#notBefore = clock.nowMicros() + 1e6 / fps;
      this.request();
      return;
    }
    const cost = draw();
    this.#notBefore = clock.nowMicros() + Math.max(1e6 / fps, cost * 2000);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }
}
