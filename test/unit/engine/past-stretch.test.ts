// What is told of a full pool once it has room: each look back draws other histories, and the past does not change.
import { expect, it } from 'vitest';
import { PastStretch } from '../../../src/engine/live-stretch.ts';

const SECOND = 1_000_000;
const found = (seconds: number) => ({
  mean: seconds * SECOND,
  low: (seconds / 10) * SECOND,
  high: 10 * seconds * SECOND,
  isOpen: true,
});

it('is the middle of the looks back at it, with a range that holds those of all, and stands still then', () => {
  const past = new PastStretch({ from: 0, to: 60 * SECOND, orLonger: false }, found(9));
  past.lookedBack(found(4));
  expect(past.wait?.mean).toBeCloseTo(4 * SECOND);
  past.lookedBack(found(9));
  expect(past.wait).toMatchObject({ low: 0.4 * SECOND, high: 90 * SECOND });
  expect(past.wait?.mean).toBeCloseTo(6 * SECOND);
  for (let look = 0; look < 3; look++) past.lookedBack(found(6));
  const settled = past.wait;
  past.lookedBack(found(0.2));
  expect(past.wait).toBe(settled);
});

it('is what was told while it lasted where nobody can look back, but for no longer than half of it on average', () => {
  const past = new PastStretch({ from: 0, to: 60 * SECOND, orLonger: false }, found(9));
  past.lookedBack(null);
  // To three seconds its edges are known.
  expect(past.wait).toEqual({ ...found(9), high: 33 * SECOND });
  const unbounded = new PastStretch({ from: 0, to: 60 * SECOND, orLonger: true }, found(9));
  expect(unbounded.wait).toEqual(found(9));
});
