import { describe, expect, it } from 'vitest';
import { FreeSlots } from '../../../src/engine/free-slots.ts';

const WORKER = 3;

describe('free slots', () => {
  it('are taken by requests beside each other, and again by the next one', () => {
    const slots = new FreeSlots();
    expect([slots.take(WORKER, 0, 10), slots.take(WORKER, 5, 20), slots.take(WORKER, 12, 15)]).toEqual([0, 1, 0]);
  });

  it('go to the next request from the one that was free the shortest, so that idle slots stay idle', () => {
    const slots = new FreeSlots();
    slots.take(WORKER, 0, 10);
    slots.take(WORKER, 5, 20);
    expect(slots.take(WORKER, 20, 30)).toBe(1);
  });

  it('are those of each worker', () => {
    const slots = new FreeSlots();
    slots.take(WORKER, 0, 10);
    expect(slots.take(WORKER + 1, 5, 20)).toBe(0);
  });

  it('are no more than the limit: what does not fit is drawn over what ends first', () => {
    const slots = new FreeSlots();
    slots.limit = 2;
    slots.take(WORKER, 0, 30);
    slots.take(WORKER, 0, 20);
    expect(slots.take(WORKER, 5, 40)).toBe(1);
    expect(slots.take(WORKER, 35, 50)).toBe(0);
  });

  it('are not taken by a request without a time', () => {
    const slots = new FreeSlots();
    expect(slots.take(WORKER, Number.NaN, Number.NaN)).toBe(0);
    expect(slots.take(WORKER, 0, 10)).toBe(0);
  });
});
