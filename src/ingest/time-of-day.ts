/**
 * Times of day without a date: "17:04:15,123". The first one that is read was written on the last day on which it did not lie in the
 * future, and the others in the 24 hours from then on. Live, each belongs to the last day on which it does not lie in the future.
 */
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../core/time.ts';
import { clockAt, fractionAt, LastSecond, type StampCursor } from './stamp-parts.ts';
import type { StampReader, StampReference } from './stamps.ts';
import type { Zone } from './zone.ts';

/** Clocks of two machines differ, and lines are not in strict order. */
const SLACK_MICROS = 10 * MICROS_PER_MINUTE;

const startOfDay = (micros: number): number => Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;

export function timeOfDayReader(zone: Zone, cursor: StampCursor, reference: StampReference): StampReader {
  const memo = new LastSecond();

  const lastOne = (clock: number): number => {
    const now = reference.nowMicros() + SLACK_MICROS;
    // East of Greenwich the day may be tomorrow's already.
    let wall = startOfDay(now) + MICROS_PER_DAY + clock;
    while (zone.toUtc(wall) > now) wall -= MICROS_PER_DAY;
    return wall;
  };

  const onItsDay = (clock: number): number => {
    if (reference.isLive) return lastOne(clock);
    if (Number.isNaN(reference.firstClock)) reference.firstClock = lastOne(clock) - SLACK_MICROS;
    const wall = startOfDay(reference.firstClock) + clock;
    return wall < reference.firstClock ? wall + MICROS_PER_DAY : wall;
  };

  return (b, v, p) => {
    if (!memo.same(v, p, 8)) {
      const clock = clockAt(b, p);
      if (Number.isNaN(clock)) {
        cursor.end = p;
        return Number.NaN;
      }
      memo.remember(v, p, 8, onItsDay(clock));
    }
    const fraction = fractionAt(b, p + 8, cursor);
    cursor.offsetMinutes = Number.NaN;
    return memo.utc(zone) + fraction;
  };
}
