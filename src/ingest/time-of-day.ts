/**
 * Times of day without a date: "17:04:15,123". The first one is taken to be on the last day on which it is not in the future, and all
 * others in the 24 hours that follow it. In a live log, each is on the last day on which it is not in the future.
 */
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../core/time.ts';
import { clockAt, fractionAt, LastSecond, type StampCursor } from './stamp-parts.ts';
import type { StampReader, StampReference } from './stamps.ts';
import type { Zone } from './zone.ts';

/** Clocks of two machines may differ, and lines are not in strict order. */
const SLACK_MICROS = 10 * MICROS_PER_MINUTE;

const startOfDay = (micros: number): number => Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;

export function timeOfDayReader(zone: Zone, cursor: StampCursor, reference: StampReference): StampReader {
  const memo = new LastSecond();

  const lastOne = (clock: number): number => {
    const now = reference.nowMicros() + SLACK_MICROS;
    // East of Greenwich, it may be tomorrow already.
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
