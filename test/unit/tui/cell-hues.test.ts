// A cell that stands for many requests has the colour of a good part of them, not of the one that failed.
import { describe, expect, it } from 'vitest';
import { CellHues } from '../../../src/tui/scene/cell-hues.ts';

/** As of a status: success, redirect, client error, server error, unknown. */
const weight = [0, 0, 1, 2, 0];
const decided = (requests: readonly (readonly [hue: number, filled: number])[]): number => {
  const cells = new CellHues(2, { weight });
  for (const [hue, filled] of requests) cells.add(1, hue, filled);
  const [empty, hue] = cells.decided();
  expect(empty).toBe(-1);
  return hue;
};
const many = (count: number, hue: number, filled: number) =>
  Array.from({ length: count }, () => [hue, filled] as const);

describe('the hue of a cell', () => {
  it('is that of a failed request where it is one of a few', () => {
    expect(decided([...many(3, 0, 0.3), [3, 0.01]])).toBe(3);
    expect(decided([[3, 0.01]])).toBe(3);
  });

  it('is not that of a few failed requests among many', () => {
    expect(decided([...many(95, 0, 0.01), ...many(5, 3, 0.01)])).toBe(0);
    expect(decided([...many(70, 0, 0.01), ...many(30, 3, 0.001)])).toBe(3);
  });

  it('counts graver ones with the less grave: a quarter of client and server errors is not a success', () => {
    expect(decided([...many(70, 0, 0.01), ...many(20, 2, 0.01), ...many(10, 3, 0.01)])).toBe(2);
  });

  it('is what fills most of it among equals', () => {
    expect(decided([...many(9, 0, 0.01), [1, 0.5]])).toBe(1);
  });
});
