/** Lanes in miniature: a row of block characters, each cell as high as the share of its time for which a lane was busy. */
import type { Summary } from '../core/summary.ts';

const LEVELS = ' ▁▂▃▄▅▆▇█';

/** Busy time (µs) of intervals [from, to) in each of `cells` equal parts of [start, end). */
export function busyPerCell(
  intervals: Iterable<readonly [from: number, to: number]>,
  start: number,
  end: number,
  cells: number,
): Float64Array {
  const busy = new Float64Array(cells);
  const width = (end - start) / cells;
  if (!(width > 0)) return busy;
  for (const [from, to] of intervals) {
    if (!(to > from)) continue;
    const first = Math.max(0, Math.floor((from - start) / width));
    const last = Math.min(cells - 1, Math.floor((to - start) / width));
    for (let cell = first; cell <= last; cell++) {
      const low = Math.max(from, start + cell * width);
      const high = Math.min(to, start + (cell + 1) * width);
      if (high > low) busy[cell] += high - low;
    }
  }
  return busy;
}

/** A cell that is busy at all shows at least the lowest block, so that short requests do not vanish. */
export function strip(values: ArrayLike<number | null>, full: number): string {
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const level = full > 0 ? Math.round((value / full) * 8) : 0;
    text += LEVELS[Math.min(8, value > 0 ? Math.max(1, level) : 0)];
  }
  return text;
}

/** Cells of equal length on a time axis, µs since 1970 UTC. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

/** Busy time (µs) of all requests per cell, from the timeline; for logs of which only a sample is kept. */
export function busyOfTimeline({ from: begin, step_seconds, busy }: Summary['timeline'], axis: Axis): Float64Array {
  const micros = new Float64Array(axis.cells);
  const first = 1000 * Date.parse(begin ?? '');
  const step = 1e6 * step_seconds;
  busy.forEach((slots, k) => {
    const cell = Math.floor(((first + (k + 0.5) * step - axis.from) / (axis.to - axis.from)) * axis.cells);
    if (slots !== null && cell >= 0 && cell < axis.cells) micros[cell] += slots * step;
  });
  return micros;
}
