/** From wall-clock time to UTC: the zone in which stamps without an offset are read. */
import { exitCodes, UserError } from '../core/errors.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../core/time.ts';
import { localZoneName } from './local-zone-name.ts';

export interface Zone {
  /** "UTC", "+05:30", "Europe/Paris", "local (Europe/Paris)". */
  readonly name: string;
  /**
   * UTC of a wall-clock time (both in µs). When clocks are put back, an hour of wall-clock time comes twice: the second one is returned if
   * the first would be more than a minute before the last result.
   */
  toUtc(wallMicros: number): number;
}

const SLOT_MICROS = 15 * MICROS_PER_MINUTE;

const fixed = (name: string, offsetMicros: number): Zone => ({ name, toUtc: (wall) => wall - offsetMicros });

/** Offset of an IANA zone from UTC at an instant, in µs. */
function offsets(timeZone: string): (utcMicros: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (utcMicros) => {
    const ms = utcMicros / 1000;
    if (!(Math.abs(ms) < 8.64e15)) return 0;
    const text = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
    if (!match) return 0;
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return (match[1] === '-' ? -1 : 1) * seconds * 1_000_000;
  };
}

/** The same for the machine's own zone, which `Date` knows; asking `Intl` would cost 18 ms once. */
function localOffset(utcMicros: number): number {
  const ms = Math.floor(utcMicros / 1000);
  const date = new Date(ms);
  const year = date.getFullYear();
  if (Number.isNaN(year)) return 0;
  const wall = new Date(0);
  wall.setUTCFullYear(year, date.getMonth(), date.getDate());
  wall.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
  return (wall.getTime() - ms) * 1000;
}

/** The zone with this offset from UTC at an instant (µs). */
function civil(name: string, offsetAt: (utcMicros: number) => number): Zone {
  let slot = Number.NaN;
  let earlier = 0;
  let later = 0;
  let last = Number.NEGATIVE_INFINITY;
  const lookUp = (wall: number) => {
    const before = offsetAt(wall - MICROS_PER_DAY);
    const after = offsetAt(wall + MICROS_PER_DAY);
    const valid = [before, after].filter((offset) => offsetAt(wall - offset) === offset);
    // In the hour that clocks skip, no offset is valid: the old one is used.
    earlier = wall - (valid[0] ?? before);
    later = wall - (valid[valid.length - 1] ?? before);
    if (later < earlier) [earlier, later] = [later, earlier];
  };
  return {
    name,
    toUtc(wall) {
      const at = Math.floor(wall / SLOT_MICROS);
      if (at !== slot) {
        slot = at;
        lookUp(at * SLOT_MICROS);
      }
      const inSlot = wall - slot * SLOT_MICROS;
      const first = earlier + inSlot;
      last = first >= last - MICROS_PER_MINUTE || later === earlier ? first : later + inSlot;
      return last;
    },
  };
}

/** The machine's own zone. */
function local(): Zone {
  let name: string | undefined;
  return {
    get name() {
      name ??= `local (${localZoneName()})`;
      return name;
    },
    toUtc: civil('local', localOffset).toUtc,
  };
}

/** @throws UserError for an unknown zone */
export function createZone(timezone?: string): Zone {
  if (timezone === undefined) return local();
  if (/^(utc|gmt|z)$/i.test(timezone)) return fixed('UTC', 0);
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(timezone);
  if (match && Number(match[2]) <= 18 && Number(match[3]) < 60) {
    const minutes = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
    return fixed(`${match[1]}${match[2]}:${match[3]}`, minutes * MICROS_PER_MINUTE);
  }
  try {
    return civil(timezone, offsets(timezone));
  } catch {
    throw new UserError(
      `the time zone "${timezone}" is not known; give an IANA name such as Europe/Paris, "UTC", or an offset such as +05:30`,
      exitCodes.usage,
    );
  }
}
