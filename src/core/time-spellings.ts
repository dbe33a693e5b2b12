/** Ways in which people write times: a date, a time of day, an epoch, or a length of time. */
import { isExists } from 'date-fns/isExists';
import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './time.ts';
import type { TimeBound } from './time-window.ts';

const unitMicros: Readonly<Record<string, number>> = {
  s: MICROS_PER_SECOND,
  m: MICROS_PER_MINUTE,
  min: MICROS_PER_MINUTE,
  h: 60 * MICROS_PER_MINUTE,
  d: MICROS_PER_DAY,
};
const spans = /^(?:\d+(?:\.\d+)?(?:s|min|m|h|d))+$/;

/** "15m", "1h30m" → µs; NaN: it is no length of time. */
export function spanOf(text: string): number {
  if (!spans.test(text)) return Number.NaN;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(s|min|m|h|d)/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * unitMicros[unit], 0);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const clock = '(\\d{1,2}):(\\d\\d)(?::(\\d\\d(?:[.,]\\d{1,6})?))?';
const offset = ' ?(Z|[+-]\\d\\d:?\\d\\d)?';
const isoDate = new RegExp(`^(\\d{4})-(\\d\\d)-(\\d\\d)(?:[T ]${clock}${offset})?$`, 'i');
const logDate = new RegExp(`^\\[?(\\d{1,2})/([a-z]{3})/(\\d{4})(?:[: ]${clock}${offset})?\\]?$`, 'i');
const timeOfDay = new RegExp(`^${clock}$`);
const epoch = /^(\d{9,10}(?:\.\d{1,6})?|\d{13}|\d{16})$/;

const clockMicros = (hours = '0', minutes = '0', seconds = '0'): number =>
  Number(hours) < 24 && Number(minutes) < 60 && Number(seconds.replace(',', '.')) < 60
    ? (Number(hours) * 60 + Number(minutes)) * MICROS_PER_MINUTE +
      Math.round(Number(seconds.replace(',', '.')) * MICROS_PER_SECOND)
    : Number.NaN;

/** Midnight of a date, as if in UTC, in µs; NaN: there is no such day. */
const dateMicros = (year: number, month: number, day: number): number =>
  isExists(year, month - 1, day) ? Date.UTC(year, month - 1, day) * 1000 : Number.NaN;

function dated(day: number, time: number, zone: string | undefined): TimeBound | null {
  const micros = day + time;
  if (Number.isNaN(micros)) return null;
  if (zone === undefined) return { kind: 'wall', micros };
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? ['', '+', '0', '0'];
  const shift = (Number(hours) * 60 + Number(minutes)) * MICROS_PER_MINUTE;
  return { kind: 'instant', micros: sign === '-' ? micros + shift : micros - shift };
}

/** null: the text is no time. */
export function boundOf(text: string): TimeBound | null {
  const iso = isoDate.exec(text);
  if (iso) {
    const day = dateMicros(Number(iso[1]), Number(iso[2]), Number(iso[3]));
    return dated(day, clockMicros(iso[4], iso[5], iso[6]), iso[7]);
  }
  const log = logDate.exec(text);
  if (log) {
    const day = dateMicros(Number(log[3]), months.indexOf(log[2].toLowerCase()) + 1, Number(log[1]));
    return dated(day, clockMicros(log[4], log[5], log[6]), log[7]);
  }
  const time = timeOfDay.exec(text);
  if (time) {
    const micros = clockMicros(time[1], time[2], time[3]);
    return Number.isNaN(micros) ? null : { kind: 'clock', micros };
  }
  if (epoch.test(text)) {
    const digits = text.split('.')[0].length;
    return { kind: 'instant', micros: Math.round(Number(text) * (digits > 13 ? 1 : digits > 10 ? 1e3 : 1e6)) };
  }
  const span = spanOf(text);
  return span > 0 ? { kind: 'before-end', micros: span } : null;
}
