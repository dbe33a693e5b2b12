/** The position of a replay, which plays on a clock of its own, at any speed, from the beginning of a log to its end. */
import type { Clock } from '../core/clock.ts';
import type { Snapshot } from '../core/snapshot.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}

export class Player {
  readonly #clock: Clock;
  #range: Range;
  /** Position at `#since` on the clock; both µs since 1970 UTC. */
  #at: number;
  #since: number;
  #playing = false;
  #speed: number;
  #loop: Range | null = null;
  #idle: readonly Range[] = [];
  #skipIdle = false;
  /** true: the log has been read completely, so it will not get longer. */
  #isWhole = false;

  constructor(clock: Clock, range: Range, speed: number) {
    this.#clock = clock;
    this.#range = range;
    this.#at = range.from;
    this.#since = clock.nowMicros();
    this.#speed = speed;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** The fields of a snapshot that describe playing. */
  get state(): Pick<Snapshot, 'now' | 'playing' | 'speed' | 'looping' | 'skippingIdle'> {
    // First of all, since asking for the position may stop playing.
    const now = this.position();
    return {
      now,
      playing: this.#playing,
      speed: this.#speed,
      looping: this.#loop,
      skippingIdle: this.#skipIdle,
    };
  }

  /** The present position. Stops at the end, restarts a loop, and jumps over idle times if asked to. */
  position(): number {
    if (!this.#playing) return this.#at;
    const now = this.#clock.nowMicros();
    if (!(this.#range.to > this.#range.from)) {
      // Nothing to play is known yet, or there is nothing: a log of one instant, or without times.
      if (this.#isWhole) this.#playing = false;
      this.#since = now;
      return this.#at;
    }
    let at = this.#at + (now - this.#since) * this.#speed;
    if (this.#skipIdle) {
      const gap = this.#idle.find(({ from, to }) => at >= from && at < to);
      if (gap) at = gap.to;
    }
    const end = this.#loop ? this.#loop.to : this.#range.to;
    if (at >= end) {
      at = this.#loop ? this.#loop.from : end;
      this.#playing = this.#loop !== null;
    }
    this.#at = at;
    this.#since = now;
    return at;
  }

  /** The log turned out to be longer, or to begin elsewhere. @param isWhole it has been read to its end */
  extend(range: Range, idle: readonly Range[], isWhole = false): void {
    const at = this.position();
    const { from, to } = this.#range;
    this.#isWhole = isWhole;
    this.#range = range;
    this.#idle = idle;
    if (at === from) this.#at = range.from;
    else if (at === to) this.#at = range.to;
    else this.#at = Math.min(range.to, Math.max(range.from, this.#at));
  }

  play(): void {
    if (this.#playing) return;
    // At the end, playing starts again from the beginning.
    if (this.#at >= this.#range.to) this.#at = this.#range.from;
    this.#since = this.#clock.nowMicros();
    this.#playing = true;
  }

  pause(): void {
    this.position();
    this.#playing = false;
  }

  setSpeed(factor: number): void {
    this.position();
    this.#speed = Math.min(1000, Math.max(0.1, factor));
  }

  seek(to: number): void {
    this.position();
    this.#at = Math.min(this.#range.to, Math.max(this.#range.from, to));
    this.#since = this.#clock.nowMicros();
  }

  setLoop(range: Range | null): void {
    this.#loop = range;
    if (range) this.seek(range.from);
  }

  setSkipIdle(on: boolean): void {
    this.position();
    this.#skipIdle = on;
  }
}
