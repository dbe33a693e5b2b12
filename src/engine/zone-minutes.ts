/** The zone in which the screen shows instants: that of the log's stamps, so that both can be compared. */
import type { InputSummary } from '../core/summary.ts';

/** Offset (minutes east of UTC) of the first input that has a zone, at an instant (µs); 0 if none has. */
export function zoneMinutesOf(inputs: readonly InputSummary[], instant: number): number {
  const zone = inputs.find((input) => input.timestamp.zone !== null)?.timestamp.zone;
  if (zone === undefined || zone === null) return 0;
  const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
  const ms = Number.isFinite(instant) ? instant / 1000 : 0;
  // Such as "local (Europe/Paris)". Date is used because the first call of Intl is slow.
  if (zone.startsWith('local')) return -new Date(ms).getTimezoneOffset();
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms);
    const offset = /([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
    return offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  } catch {
    return 0;
  }
}
