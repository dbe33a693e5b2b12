import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockText,
  columnOf,
  createAxis,
  dateText,
  dayText,
  knownClockText,
  spanSteps,
  ticksOf,
} from '../../../src/tui/time-axis.ts';
import { NOON } from '../../helpers/snapshots.ts';

describe('createAxis', () => {
  it('ends at or just after now, on a multiple of a cell, and moves by whole cells', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.constantFrom(...spanSteps),
        fc.integer({ min: 1, max: 250 }),
        (later, seconds, columns) => {
          const now = NOON + later;
          const axis = createAxis(now, seconds * 1e6, columns);
          expect(axis.to).toBeGreaterThanOrEqual(now - 1);
          expect(axis.to - now).toBeLessThanOrEqual(axis.microsPerColumn + 1);
          const steps = (createAxis(now + 1_234_567, seconds * 1e6, columns).from - axis.from) / axis.microsPerColumn;
          expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3);
        },
      ),
    );
  });

  it('holds without a time', () => {
    const axis = createAxis(Number.NaN, 60e6, 80);
    expect(Number.isFinite(axis.from)).toBe(true);
    expect(ticksOf(axis, 0).length).toBeGreaterThan(0);
  });
});

describe('ticksOf', () => {
  it('stand at round instants and leave room for each other', () => {
    for (const seconds of spanSteps) {
      const axis = createAxis(NOON + 123_456, seconds * 1e6, 100);
      const ticks = ticksOf(axis, 120);
      for (let i = 1; i < ticks.length; i++) expect(ticks[i].column - ticks[i - 1].column).toBeGreaterThanOrEqual(13);
      for (const { column } of ticks) {
        expect(column).toBeGreaterThanOrEqual(0);
        expect(column).toBeLessThan(100);
      }
    }
  });

  it('are written in the zone of the log', () => {
    const axis = createAxis(NOON, 60e6, 100);
    expect(ticksOf(axis, 330)[0].label).toMatch(/^17:29:[0-5]0$/);
  });
});

describe('instants as text', () => {
  it('are of the zone, with milliseconds when asked for', () => {
    expect(clockText(NOON + 1_234_567, 0)).toBe('12:00:01');
    expect(clockText(NOON + 1_234_567, 0, true)).toBe('12:00:01.234');
    expect(clockText(NOON, -330)).toBe('06:30:00');
    // A broken clock begins in 1970.
    expect(clockText(0, -60)).toBe('23:00:00');
    expect(clockText(Number.NaN, 0)).toBe('--:--:--');
    expect(dateText(NOON, 13 * 60)).toBe('2026-11-21');
    expect(dateText(Number.NaN, 0)).toBe('----------');
  });

  it('stand in the column of their time', () => {
    const axis = createAxis(NOON, 60e6, 60);
    expect(columnOf(axis, NOON - 30e6)).toBeCloseTo(30, 6);
  });
});

it('tells the day before a clock where a log is of more than one', () => {
  const day = 86_400e6;
  expect(dayText(NOON, NOON - day, NOON, 0)).toMatch(/^\d\d-\d\d $/);
  expect(dayText(NOON, NOON - 60e6, NOON, 0)).toBe('');
});

describe('knownClockText', () => {
  it('has no more decimals than the stamps tell', () => {
    const told = [0, Number.NaN, 4_000, 50_000, 500_000].map((micros) => knownClockText(NOON + 987_654, 0, micros));
    expect(told).toEqual(['12:00:00.987', '12:00:00.987', '12:00:00.98', '12:00:00.9', '12:00:00']);
    expect(knownClockText(Number.NaN, 0, 500_000)).toBe('--:--:--');
  });
});
