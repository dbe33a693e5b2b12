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
    ['2026-11-20 12:00:05', NOON + 5e6],
    ['20/Nov/2026:12:00:05 +0000', NOON + 5e6],
    ['11-20 12:00:05', NOON + 5e6],
    ['11-20', NOON - 12 * 3600e6],
    ['10m', NOON + 3000e6],
    ['+1h30m', NOON + 5400e6],
  ])('reads %s', (text, expected) => {
    expect(parseGoto(text, context)).toBe(expected);
  });

  it.each(['', 'soon', '25:00', '12:60', '+', '+5 bananas', '%', '12', '2026-13-45', '99-99 12:00', '11-20 25:00'])(
    'does not guess at %j',
    (text) => {
      expect(parseGoto(text, context)).toBeNull();
    },
  );

  it('means the zone of the log, and the day on which the log has that time', () => {
    expect(parseGoto('14:00', { ...context, zoneMinutes: 120 })).toBe(NOON);
    expect(parseGoto('2026-11-20 14:00', { ...context, zoneMinutes: 120 })).toBe(NOON);
    expect(parseGoto('01:00', { now: NOON, from: NOON, to: NOON + DAY, zoneMinutes: 0 })).toBe(NOON + 13 * 3600e6);
  });

  it.each([
    [0, '11:00', DAY - 3600e6],
    [1, '13:00', DAY + 3600e6],
    [2, '13:00', 2 * DAY + 3600e6],
    [3, '13:00', 2 * DAY + 3600e6],
  ])('means the day nearest to the position: day %i, %s', (day, text, expected) => {
    const days = { now: NOON + day * DAY, from: NOON, to: NOON + 3 * DAY, zoneMinutes: 0 };
    expect(parseGoto(text, days)).toBe(NOON + expected);
  });

  it('takes the dates that the transport bar shows, over the turn of a year too', () => {
    const [from, to] = ['2026-12-31T20:00:00Z', '2027-01-01T08:00:00Z'].map((at) => 1000 * Date.parse(at));
    const turn = { now: to, from, to, zoneMinutes: 0 };
    expect(parseGoto('12-31 21:00:00', turn)).toBe(from + 3600e6);
    expect(parseGoto('01-01 07:00', turn)).toBe(to - 3600e6);
  });
});
