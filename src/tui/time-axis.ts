/** The time axis that lanes and charts share: which instant is in which column, and where the labels are. */
import { MICROS_PER_SECOND } from '../core/time.ts';

/** Time spans of a screen, seconds: 1 s to 1 h. */
export const spanSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;

export interface TimeAxis {
  /** µs since 1970 UTC: left edge of the first column and right edge of the last one. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly microsPerColumn: number;
}

/**
 * An axis of `columns` cells over about `spanMicros` that ends at or just after `now`. Its edges are multiples of a cell, so a picture that
 * follows the clock moves by whole cells and stands still in between.
 */
export function createAxis(now: number, spanMicros: number, columns: number): TimeAxis {
  const cells = Math.max(1, columns);
  const microsPerColumn = Math.max(1, spanMicros / cells);
  const last = Math.ceil((Number.isFinite(now) ? now : 0) / microsPerColumn);
  return { from: (last - cells) * microsPerColumn, to: last * microsPerColumn, columns: cells, microsPerColumn };
}

/** Column of an instant, with a fraction; may be outside of the axis. */
export const columnOf = (axis: TimeAxis, micros: number): number => (micros - axis.from) / axis.microsPerColumn;

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** "13:02:10" in the log's zone, with milliseconds if `fraction` is true. */
export function clockText(micros: number, zoneMinutes: number, fraction = false): string {
  if (!Number.isFinite(micros)) return '--:--:--';
  const local = micros + zoneMinutes * 60 * MICROS_PER_SECOND;
  const seconds = Math.floor(local / MICROS_PER_SECOND);
  const day = ((seconds % 86_400) + 86_400) % 86_400;
  const text = `${pad(Math.floor(day / 3600))}:${pad(Math.floor(day / 60) % 60)}:${pad(day % 60)}`;
  return fraction ? `${text}.${pad(Math.floor((local - seconds * MICROS_PER_SECOND) / 1000), 3)}` : text;
}

/** Decimals of a second that an instant is known to. @param uncertainty µs, half-width; NaN or 0: known exactly */
function knownDecimals(uncertainty: number): number {
  if (uncertainty >= 300_000) return 0;
  if (uncertainty >= 30_000) return 1;
  return uncertainty >= 3_000 ? 2 : 3;
}

/** The same as `clockText`, with as many decimals as are known: "13:02:10" of a stamp in whole seconds. */
export function knownClockText(micros: number, zoneMinutes: number, uncertainty: number): string {
  const text = clockText(micros, zoneMinutes, true);
  const decimals = knownDecimals(uncertainty);
  const dot = text.indexOf('.');
  return dot < 0 ? text : text.slice(0, decimals === 0 ? dot : dot + 1 + decimals);
}

/** "2026-11-20" in the log's zone. */
export function dateText(micros: number, zoneMinutes: number): string {
  if (!Number.isFinite(micros)) return '----------';
  const date = new Date(micros / 1000 + zoneMinutes * 60_000);
  return Number.isNaN(date.getTime()) ? '----------' : date.toISOString().slice(0, 10);
}

/** "11-20 ", to go before a clock time if the log (`from` to `to`) spans more than one day; else "". */
export function dayText(micros: number, from: number, to: number, zoneMinutes: number): string {
  const isOneDay = dateText(from, zoneMinutes) === dateText(to, zoneMinutes);
  return isOneDay ? '' : `${dateText(micros, zoneMinutes).slice('2026-'.length)} `;
}

const labelSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

export interface Tick {
  readonly column: number;
  readonly label: string;
}

/** Labels at round instants, at least 14 columns apart. */
export function ticksOf(axis: TimeAxis, zoneMinutes: number): Tick[] {
  const room = axis.microsPerColumn * 14;
  const step = (labelSteps.find((seconds) => seconds * MICROS_PER_SECOND >= room) ?? 3600) * MICROS_PER_SECOND;
  const zone = zoneMinutes * 60 * MICROS_PER_SECOND;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((axis.from + zone) / step) * step - zone; at < axis.to; at += step) {
    ticks.push({
      column: Math.floor(columnOf(axis, at)),
      label: clockText(at, zoneMinutes, step < MICROS_PER_SECOND).slice(0, step < MICROS_PER_SECOND ? 10 : 8),
    });
  }
  return ticks;
}
