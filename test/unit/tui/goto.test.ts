import { describe, expect, it } from 'vitest';
import { parseGoto } from '../../../src/tui/goto.ts';
import { NOON } from '../../helpers/snapshots.ts';

const DAY = 86_400e6;
const context = { now: NOON, from: NOON - 3600e6, to: NOON + 3600e6, zoneMinutes: 0 };

describe('parseGoto', () => {
  it.each([
    ['12:30:10', NOON + 1810e6],
    ['11:30', NOON - 1800e6],
    ['12:00:00.5', NOON + 0.5e6],
    ['+30s', NOON + 30e6],
    ['-5m', NOON - 300e6],
    ['+250ms', NOON + 250_000],
    ['50%', NOON],
    ['0 %', NOON - 3600e6],
    ['250%', NOON + 3600e6],
    ['2026-11-20T12:00:05Z', NOON + 5e6],
    [' 12:30 ', NOON + 1800e6],
  ])('reads %s', (text, expected) => {
    expect(parseGoto(text, context)).toBe(expected);
  });

  it.each(['', 'soon', '25:00', '12:60', '+', '+5 bananas', '%', '12'])('does not guess at %j', (text) => {
    expect(parseGoto(text, context)).toBeNull();
  });

  it('means the zone of the log, and the day on which the log has that time', () => {
    expect(parseGoto('14:00', { ...context, zoneMinutes: 120 })).toBe(NOON);
    expect(parseGoto('01:00', { now: NOON, from: NOON, to: NOON + DAY, zoneMinutes: 0 })).toBe(NOON + 13 * 3600e6);
  });
});
