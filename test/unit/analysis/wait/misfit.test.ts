// A request whose stamp no start meets is put where it deviates least, at a price.
import { describe, expect, it } from 'vitest';
import { leastMisfit, type Misplaced } from '../../../../src/analysis/wait/misfit.ts';

const put = (more: Partial<Misplaced>) =>
  leastMisfit({ ready: 10, gap: 0.001, from: 9, to: 11, waiting: 0.5, rate: 1000, ...more });

describe('a stamp that the lane can meet', () => {
  it('costs nothing: behind its gap from the queue, a moment later fresh', () => {
    const { fromQueue, fresh, queuedMass, freshMass } = put({});
    expect(fromQueue).toBeCloseTo(10.001, 9);
    expect(fresh).toBeGreaterThan(fromQueue);
    expect(queuedMass).toBeCloseTo(0.5, 9);
    expect(freshMass).toBeCloseTo(0.5, 9);
  });

  it('is from the queue as likely as somebody queues', () => {
    const { queuedMass, freshMass } = put({ waiting: 0.9 });
    expect(queuedMass).toBeCloseTo(0.9, 9);
    expect(freshMass).toBeCloseTo(0.1, 9);
  });

  it('is fresh the less likely, the seldomer anybody comes', () => {
    expect(put({ rate: 1 }).freshMass).toBeLessThan(0.01);
    expect(put({ rate: 1 }).queuedMass).toBeCloseTo(0.5, 9);
  });
});

describe('a stamp out of reach', () => {
  it('is met at the nearer end of its range, the less likely the farther that is', () => {
    const [near, far] = [put({ to: 9.999 }), put({ to: 9.99 })];
    expect([near.fromQueue, near.fresh, far.fromQueue]).toEqual([9.999, 9.999, 9.99]);
    expect(far.queuedMass).toBeLessThan(near.queuedMass);
    expect(far.freshMass).toBeLessThan(near.freshMass);
    expect(near.queuedMass).toBeLessThan(0.5);
  });

  it('that lies later is no worse for a fresh request, who may come whenever he likes', () => {
    const { fresh, freshMass, queuedMass } = put({ from: 10.5 });
    expect(fresh).toBe(10.5);
    expect(freshMass).toBeCloseTo(0.5, 9);
    expect(queuedMass).toBeLessThan(1e-6);
  });

  it('is never impossible, however far', () => {
    expect(put({ to: 5 }).queuedMass).toBeGreaterThan(0);
  });
});
