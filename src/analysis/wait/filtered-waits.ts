/**
 * Waits of a pool whose workers run one request at a time, when callers come as they like: possible histories of starts by a
 * particle filter over the lanes, possible arrivals for each, and the waits between the two.
 */
import type { WaitInference } from '../../core/inference.ts';
import type { Trace } from '../structure/trace.ts';
import { createDraws, seedOf } from './draws.ts';
import { filterLanes } from './lane-filter.ts';
import { drawWaits } from './posterior.ts';
import { rateCurve } from './rate-curve.ts';
import { type LaneStretch, onLanes, stretchOf } from './stretch.ts';
import { summariseWaits } from './summarise-waits.ts';

interface Effort {
  /** Rows that are filtered as one; a longer log is asked in evenly spaced windows. */
  readonly whole: number;
  readonly windows: number;
  readonly windowRows: number;
  readonly particles: number;
  /** Independent filters, so that one that lost its way shows. */
  readonly runs: number;
  readonly draws: number;
}

const efforts: Record<'live' | 'full', Effort> = {
  live: { whole: 260, windows: 1, windowRows: 260, particles: 16, runs: 1, draws: 12 },
  full: { whole: 2000, windows: 4, windowRows: 500, particles: 48, runs: 4, draws: 48 },
};

export interface FilteredWaits {
  readonly summary: WaitInference;
  /** µs by index in the trace: mean over the possible histories; NaN for requests of no window. */
  readonly wait: Float64Array;
  /** µs since 1970 and half-widths by index in the trace; null when only windows were filtered. */
  readonly times: {
    readonly start: Float64Array;
    readonly end: Float64Array;
    readonly uncertainty: Float64Array;
  } | null;
}

/** null where the log contradicts workers that run one request at a time. */
export function filteredWaits(trace: Trace, slots: number, level: 'live' | 'full'): FilteredWaits | null {
  const effort = efforts[level];
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  const sets: number[][] = Array.from({ length: effort.draws }, () => []);
  let model = '';
  let times: FilteredWaits['times'] = null;
  const windows = windowsOf(trace.length, effort, level);
  for (const rows of windows) {
    const lanes = onLanes(stretchOf(trace, rows, slots), trace);
    if (!lanes) return null;
    const found = histories(lanes, slots, effort);
    model = found.model;
    found.waits.slice(0, effort.draws).forEach((waits, k) => {
      for (const seconds of waits) sets[k].push(seconds);
    });
    for (let i = 0; i < rows.length; i++) {
      let sum = 0;
      for (const waits of found.waits) sum += waits[i];
      wait[rows[i]] = (1e6 * sum) / found.waits.length;
    }
    if (rows.length === trace.length) times = found.timesOf(trace.length);
  }
  const part =
    windows.length > 1 || windows[0].length < trace.length ? `, from ${windows.length} of its stretches` : '';
  const basis = `possible histories of ${slots} workers and their callers (${model})${part}; the range is as wide as the error on recorded servers, clients that wait for their answer included`;
  return {
    summary: summariseWaits(
      sets.map((set) => Float64Array.from(set)),
      basis,
    ),
    wait,
    times,
  };
}

/** The whole, the newest part of a live window, or windows evenly over a long log. */
function windowsOf(n: number, effort: Effort, level: 'live' | 'full'): Int32Array[] {
  const range = (from: number, length: number) => Int32Array.from({ length }, (_, i) => from + i);
  if (n <= effort.whole) return [range(0, n)];
  if (level === 'live') return [range(n - effort.windowRows, effort.windowRows)];
  return Array.from({ length: effort.windows }, (_, k) =>
    range(Math.floor(((n - effort.windowRows) * k) / (effort.windows - 1)), effort.windowRows),
  );
}

function histories(lanes: LaneStretch, slots: number, effort: Effort) {
  const seed = seedOf(lanes.low, lanes.duration);
  let work = 0;
  let last = 0;
  for (let i = 0; i < lanes.length; i++) {
    work += lanes.duration[i];
    last = Math.max(last, lanes.high[i]);
  }
  const load = Math.min(0.98, work / (slots * Math.max(1, last)));
  const settings = { particles: effort.particles, paths: 3, rate: rateCurve(lanes), load };
  const runs = Array.from({ length: effort.runs }, (_, k) => filterLanes(lanes, { ...settings, seed: seed + k }));
  const paths = runs.flatMap((run) => run.paths);
  const { waits, model } = drawWaits(paths, lanes.duration, effort.draws, createDraws(seed ^ 1));
  return {
    waits,
    model,
    timesOf(length: number) {
      const start = new Float64Array(length);
      const end = new Float64Array(length);
      const uncertainty = new Float64Array(length);
      for (let i = 0; i < length; i++) {
        let sum = 0;
        let squares = 0;
        for (const path of paths) {
          sum += path.start[i];
          squares += path.start[i] ** 2;
        }
        const mean = sum / paths.length;
        start[i] = Math.round(lanes.origin + 1e6 * mean);
        end[i] = start[i] + Math.round(1e6 * lanes.duration[i]);
        uncertainty[i] = 1e6 * Math.sqrt(Math.max(0, squares / paths.length - mean * mean));
      }
      return { start, end, uncertainty };
    },
  };
}
