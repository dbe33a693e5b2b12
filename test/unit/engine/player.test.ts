import { describe, expect, it } from 'vitest';
import { Player } from '../../../src/engine/player.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const SECOND = 1_000_000;
const player = (speed = 1, range = { from: 100 * SECOND, to: 200 * SECOND }) => {
  const clock = new FakeClock();
  return { clock, player: new Player(clock, range, speed) };
};

describe('Player', () => {
  it('plays on the clock at its speed and stands still when paused', () => {
    const { clock, player: one } = player(10);
    expect(one.position()).toBe(100 * SECOND);
    clock.advance(1000);
    expect(one.position()).toBe(100 * SECOND);
    one.play();
    clock.advance(2000);
    expect(one.position()).toBe(120 * SECOND);
    one.pause();
    clock.advance(5000);
    expect(one.position()).toBe(120 * SECOND);
  });

  it('changes its speed without a jump', () => {
    const { clock, player: one } = player(1);
    one.play();
    clock.advance(3000);
    one.setSpeed(0.5);
    clock.advance(4000);
    expect(one.position()).toBe(105 * SECOND);
    one.setSpeed(1e9);
    expect(one.state.speed).toBe(1000);
  });

  it('stops at the end, and plays again from the beginning', () => {
    const { clock, player: one } = player(100);
    one.play();
    clock.advance(5000);
    expect([one.position(), one.playing]).toEqual([200 * SECOND, false]);
    one.play();
    expect([one.position(), one.playing]).toEqual([100 * SECOND, true]);
  });

  it('seeks within the log', () => {
    const { clock, player: one } = player();
    one.play();
    one.seek(150 * SECOND);
    clock.advance(1000);
    expect(one.position()).toBe(151 * SECOND);
    one.seek(0);
    expect(one.position()).toBe(100 * SECOND);
    one.seek(999 * SECOND);
    expect(one.position()).toBe(200 * SECOND);
  });

  it('goes round in a loop', () => {
    const { clock, player: one } = player();
    one.setLoop({ from: 120 * SECOND, to: 130 * SECOND });
    one.play();
    clock.advance(9000);
    expect(one.position()).toBe(129 * SECOND);
    clock.advance(2000);
    expect([one.position(), one.playing]).toEqual([120 * SECOND, true]);
    one.setLoop(null);
    clock.advance(90_000);
    expect([one.position(), one.playing]).toEqual([200 * SECOND, false]);
  });

  it('jumps over idle stretches when asked to', () => {
    const { clock, player: one } = player();
    one.extend({ from: 100 * SECOND, to: 200 * SECOND }, [{ from: 110 * SECOND, to: 180 * SECOND }]);
    one.setSkipIdle(true);
    one.play();
    clock.advance(9000);
    expect(one.position()).toBe(109 * SECOND);
    clock.advance(2000);
    expect(one.position()).toBe(180 * SECOND);
    clock.advance(1000);
    expect(one.position()).toBe(181 * SECOND);
  });

  it('learns how long the log is while it is read', () => {
    const { player: one } = player(1, { from: 0, to: 0 });
    one.extend({ from: 50 * SECOND, to: 60 * SECOND }, []);
    expect(one.position()).toBe(50 * SECOND);
    one.seek(55 * SECOND);
    one.extend({ from: 50 * SECOND, to: 90 * SECOND }, []);
    expect(one.position()).toBe(55 * SECOND);
  });

  it('may be told to play before there is anything to play', () => {
    const { clock, player: one } = player(1, { from: 0, to: 0 });
    one.play();
    clock.advance(5000);
    expect([one.position(), one.playing]).toEqual([0, true]);
    one.extend({ from: 50 * SECOND, to: 60 * SECOND }, []);
    clock.advance(2000);
    expect([one.position(), one.playing]).toEqual([52 * SECOND, true]);
  });

  it.each([5 * SECOND, Number.NaN])('stops at once where the whole log has no length (at %d)', (at) => {
    const { clock, player: one } = player(1, { from: 0, to: 0 });
    one.play();
    one.extend({ from: at, to: at }, [], true);
    clock.advance(1000);
    expect([one.position(), one.playing]).toEqual([at, false]);
    one.play();
    clock.advance(1000);
    expect([one.position(), one.playing]).toEqual([at, false]);
  });
});
