/**
 * Waits of a pool whose workers run one request at a time, when callers come as they like: possible histories of starts by a
 * particle filter over the lanes, possible arrivals for each, and the waits between the two.
 */
import type { Effort, WaitInference } from '../../core/inference.ts';
import type { Trace } from '../structure/trace.ts';
import { createDraws, seedOf } from './draws.ts';
import { filterLanes } from './lane-filter.ts';
import { drawWaits } from './posterior.ts';
import { rateCurve } from './rate-curve.ts';
import { type LaneStretch, onLanes, stretchOf } from './stretch.ts';
import { summariseWaits } from './summarise-waits.ts';

interface Plan {
  /** So many neighbouring rows are filtered at most: the newest of a live window, the first of a long log. */
  readonly rows: number;
  readonly particles: number;
  /** Independent filters, so that one that lost its way shows. */
  readonly runs: number;
  readonly draws: number;
}

/** Half a millisecond a row for the best; a long log needs fewer histories, its own length averages. */
function planFor(n: number, effort: Effort): Plan {
  if (effort === 'live') return { rows: 260, particles: 16, runs: 1, draws: 12 };
  if (effort === 'sample') return { rows: 2000, particles: 12, runs: 1, draws: 12 };
  if (n <= 2000) return { rows: 2000, particles: 48, runs: 4, draws: 48 };
  return { rows: 6000, particles: 12, runs: 1, draws: 12 };
}

export interface FilteredWaits {
  readonly summary: WaitInference;
  /** µs by index in the trace: mean over the possible histories; NaN for requests that were not filtered. */
  readonly wait: Float64Array;
  /** Each possible history of all waits, µs by index in the trace; NaN for requests that were not filtered. */
  readonly samples: readonly Float64Array[];
  /** µs since 1970 and half-widths by index in the trace; null when only a part was filtered. */
  readonly times: {
    readonly start: Float64Array;
    readonly end: Float64Array;
    readonly uncertainty: Float64Array;
  } | null;
}

/**
 * null where the log contradicts workers that run one request at a time. `hidden`: workers were replaced, perhaps with a request
 * that held them and wrote no line.
 */
export function filteredWaits(trace: Trace, slots: number, effort: Effort, hidden: boolean): FilteredWaits | null {
  const plan = planFor(trace.length, effort);
  const length = Math.min(trace.length, plan.rows);
  const from = effort === 'live' ? trace.length - length : 0;
  const rows = Int32Array.from({ length }, (_, i) => from + i);
  const lanes = onLanes(stretchOf(trace, rows, slots), trace);
  if (!lanes) return null;
  const { waits, model, timesOf } = histories(lanes, slots, plan);
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  const samples = waits.map((set) => {
    const sample = new Float64Array(trace.length).fill(Number.NaN);
    for (let i = 0; i < length; i++) sample[rows[i]] = 1e6 * set[i];
    return sample;
  });
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (const set of waits) sum += set[i];
    wait[rows[i]] = (1e6 * sum) / waits.length;
  }
  const partly = length < trace.length;
  const basis = `possible histories of ${slots} workers and their callers (${model})${partly ? `, of ${length} requests of the log` : ''}; the range is as wide as the error on recorded servers, clients that wait for their answer included`;
  // What was queued before a part began cannot be seen in it.
  return {
    summary: summariseWaits(waits, basis, hidden || partly),
    wait,
    samples,
    times: partly ? null : timesOf(length),
  };
}

function histories(lanes: LaneStretch, slots: number, plan: Plan) {
  const seed = seedOf(lanes.low, lanes.duration);
  let work = 0;
  let last = 0;
  for (let i = 0; i < lanes.length; i++) {
    work += lanes.duration[i];
    last = Math.max(last, lanes.high[i]);
  }
  const load = Math.min(0.98, work / (slots * Math.max(1, last)));
  const settings = { particles: plan.particles, paths: 3, rate: rateCurve(lanes), load };
  const runs = Array.from({ length: plan.runs }, (_, k) => filterLanes(lanes, { ...settings, seed: seed + k }));
  const paths = runs.flatMap((run) => run.paths);
  const { waits, model } = drawWaits(paths, lanes.duration, plan.draws, createDraws(seed ^ 1));
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
