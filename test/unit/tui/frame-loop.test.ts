import { describe, expect, it } from 'vitest';
import { FrameLoop } from '../../../src/tui/frame-loop.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

function loop(costMs: number, fps = 25) {
  const clock = new FakeClock();
  const begun = clock.nowMicros();
  const frames: number[] = [];
  const state = { behind: false };
  const one = new FrameLoop({
    clock,
    fps,
    draw: () => {
      frames.push((clock.nowMicros() - begun) / 1000);
      return costMs;
    },
    isBehind: () => state.behind,
  });
  return { clock, frames, one, state };
}

describe('FrameLoop', () => {
  it('draws nothing that nobody asked for', () => {
    const { clock, frames } = loop(1);
    clock.advance(1000);
    expect(frames).toEqual([]);
  });

  it('draws once for many requests, and no more often than its rate', () => {
    const { clock, frames, one } = loop(1);
    for (let i = 0; i < 100; i++) {
      one.request();
      one.request(true);
      clock.advance(1);
    }
    clock.advance(1000);
    // 40 ms apart, but for the one that a key brought forward.
    expect(frames.slice(0, 4)).toEqual([0, 1, 40, 80]);
    expect(frames.length).toBeLessThanOrEqual(5);
  });

  it('leaves two thirds of the time to reading when frames are dear', () => {
    const { clock, frames, one } = loop(30);
    for (let i = 0; i < 200; i++) {
      one.request();
      clock.advance(1);
    }
    // At 25 a second there would be one every 40 ms.
    expect(frames).toEqual([0, 60, 120, 180]);
  });

  it('does not keep somebody waiting who pressed a key when frames are dear', () => {
    const { clock, frames, one } = loop(30);
    one.request();
    clock.advance(0);
    one.request();
    clock.advance(5);
    one.request(true);
    clock.advance(40);
    one.request();
    clock.advance(1000);
    expect(frames).toEqual([0, 5, 80]);
  });

  it('skips frames that the terminal does not take, and draws the last when it does', () => {
    const { clock, frames, one, state } = loop(1);
    state.behind = true;
    one.request();
    clock.advance(500);
    expect(frames).toEqual([]);
    state.behind = false;
    clock.advance(100);
    expect(frames.length).toBe(1);
  });

  it('draws nothing after its end', () => {
    const { clock, frames, one } = loop(1);
    one.request();
    one.stop();
    one.request(true);
    clock.advance(1000);
    expect(frames).toEqual([]);
  });
});
