/** Numbers in few cells, of nearly constant width: for columns and labels that change while somebody reads them. */
import type { Estimate } from '../core/summary.ts';

/** At most five cells: "850µs", "12ms", "2.10s", "25.3s", "4.2m", "3.5h"; "?" if unknown. */
export function shortDuration(micros: number): string {
  if (!Number.isFinite(micros)) return '?';
  const size = Math.abs(micros);
  if (size < 0.5) return '0';
  if (size < 999.5) return `${Math.round(micros)}µs`;
  if (size < 9_950) return `${(micros / 1e3).toFixed(1)}ms`;
  if (size < 999_500) return `${Math.round(micros / 1e3)}ms`;
  if (size < 9.995e6) return `${(micros / 1e6).toFixed(2)}s`;
  if (size < 99.95e6) return `${(micros / 1e6).toFixed(1)}s`;
  if (size < 599.5e6) return `${(micros / 60e6).toFixed(1)}m`;
  if (size < 5_970e6) return `${Math.round(micros / 60e6)}m`;
  return `${(micros / 3600e6).toFixed(1)}h`;
}

/** At most five cells: "0.42", "6.4", "123", "12.3k", "4.5M". */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.995) return value.toFixed(2);
  if (size < 9.95) return value.toFixed(1);
  if (size < 999.5) return String(Math.round(value));
  if (size < 99_950) return `${(value / 1e3).toFixed(1)}k`;
  if (size < 999_500) return `${Math.round(value / 1e3)}k`;
  if (size < 99.95e6) return `${(value / 1e6).toFixed(1)}M`;
  return `${Math.round(value / 1e6)}M`;
}

/** A count: whole below a thousand. */
export const shortCount = (value: number): string =>
  Number.isFinite(value) && Math.abs(value) < 1000 ? String(Math.round(value)) : shortNumber(value);

/** "37%", "0.4%", "100%"; "?" if unknown. */
export function shortPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return '?';
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.95) return `${percent.toFixed(1)}%`;
  return `${Math.round(percent)}%`;
}

/** "12 B", "3.4 kB", "1.2 GB". */
export function byteText(bytes: number): string {
  if (!Number.isFinite(bytes)) return '?';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}

/** A short estimate with its range: "4", "4-6", "≥4", "?". */
export function estimateText({ value, low, high }: Estimate): string {
  if (value === null) return low === null ? '?' : `≥${low}`;
  if (high === null && low !== null) return `≥${low}`;
  return low !== null && high !== null && low < high ? `${low}-${high}` : String(value);
}

/** The most likely value of an estimate: "4", "≥4", "?"; "at least 1" would say nothing. */
export function likeliestText({ value, low }: Estimate): string {
  if (value !== null) return String(value);
  return low !== null && low > 1 ? `≥${low}` : '?';
}
