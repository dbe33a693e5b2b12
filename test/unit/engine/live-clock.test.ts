import { describe, expect, it } from 'vitest';
import { LiveClock } from '../../../src/engine/live-clock.ts';
import { Ticker } from '../../../src/engine/ticker.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;

/** A clock that can be put back. */
class SetClock extends FakeClock {
  shift = 0;
  override nowMicros(): number {
    return super.nowMicros() + this.shift;
  }
}

describe('a clock that is put back by an hour', () => {
  it('is followed as soon as a line is stamped by it', () => {
    const clock = new SetClock();
    const time = new LiveClock(clock);
    time.seen(clock.nowMicros());
    time.caughtUp();
    clock.shift = -HOUR;
    expect(time.now()).toBe(NOON);
    clock.advance(1000);
    time.seen(clock.nowMicros());
    expect(time.now()).toBe(NOON - HOUR + SECOND);
    clock.advance(1000);
    expect(time.now()).toBe(NOON - HOUR + 2 * SECOND);
    expect(time.isLive).toBe(true);
  });

  it('does not follow a line that is late', () => {
    const clock = new SetClock();
    const time = new LiveClock(clock);
    time.seen(clock.nowMicros());
    time.seen(clock.nowMicros() - HOUR);
    expect(time.newest).toBe(NOON);
  });

  it('counts every request in one tick, and ticks go on', () => {
    const ticker = new Ticker();
    const add = (...ends: number[]) => {
      const { requests, placement } = handSnapshot({
        requests: ends.map((end) => ({ start: end - 0.1, end, status: 200 })),
      });
      ticker.add(requests, placement, 0, requests.length);
    };
    add(0.5, 1.5);
    const told = [...ticker.until(NOON + 3 * SECOND, true)];
    add(3.2, -3599.5);
    told.push(...ticker.until(NOON - HOUR + SECOND, true));
    add(-3598.8);
    told.push(...ticker.until(NOON - HOUR + 2 * SECOND, true), ...ticker.rest());
    expect(told.reduce((sum, tick) => sum + tick.requests, 0)).toBe(5);
    expect(told.at(-1)?.at).toBe('2026-11-20T11:00:01+00:00');
  });
});
