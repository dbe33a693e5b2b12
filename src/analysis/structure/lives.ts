/**
 * Lives of worker processes: from the first request of a pid to its last, what ended it, and how many lived at once.
 *
 * The number of workers is the time-weighted mode of live pids, never the count of distinct pids: a recycled worker
 * comes back under another pid.
 */
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { Estimate } from '../../core/summary.ts';
import type { Trace } from './trace.ts';

export interface Life {
  /** Dense index of the worker in the trace. */
  readonly worker: number;
  /** µs: boot or first start, and exit or last end. */
  from: number;
  to: number;
  requests: number;
  fate: 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';
}

export function livesOf(trace: Trace, names: (worker: number) => string, events: readonly LifecycleEvent[]): Life[] {
  const lives: Life[] = [];
  for (let i = 0; i < trace.length; i++) {
    const worker = trace.worker[i];
    if (worker < 0) continue;
    const end = trace.end[i];
    const start = trace.duration[i] >= 0 ? end - trace.duration[i] : end;
    let life = lives[worker];
    if (!life) {
      life = { worker, from: start, to: end, requests: 0, fate: 'running' };
      lives[worker] = life;
    }
    life.from = Math.min(life.from, start);
    life.to = Math.max(life.to, end);
    life.requests++;
  }
  const byName = new Map(lives.map((life) => [names(life.worker), life]));
  for (const event of events) {
    const life = event.worker === null ? undefined : byName.get(event.worker);
    if (!life) continue;
    if (event.kind === 'boot' && event.time < life.from) life.from = event.time;
    if (event.kind === 'timeout') life.fate = 'timeout';
    else if (event.kind === 'killed' && life.fate !== 'timeout') life.fate = 'killed';
    else if (event.kind === 'recycle') life.fate = 'recycled';
    else if (event.kind === 'exit' && life.fate === 'running') life.fate = 'exited';
    if (['exit', 'timeout', 'killed', 'recycle'].includes(event.kind) && event.time > life.to) life.to = event.time;
  }
  return lives;
}

/** Worker processes alive at once, weighted by time. */
export function aliveAtOnce(lives: readonly Life[]): { mode: number; max: number; share: number } {
  const edges = lives.flatMap((life) => [
    { time: life.from, step: 1 },
    { time: life.to, step: -1 },
  ]);
  edges.sort((a, b) => a.time - b.time || b.step - a.step);
  const time = new Map<number, number>();
  let alive = 0;
  let max = 0;
  let total = 0;
  for (let i = 0; i < edges.length; i++) {
    alive += edges[i].step;
    max = Math.max(max, alive);
    const until = i + 1 < edges.length ? edges[i + 1].time : edges[i].time;
    time.set(alive, (time.get(alive) ?? 0) + until - edges[i].time);
    total += until - edges[i].time;
  }
  let mode = max;
  for (const [level, micros] of time) if (level > 0 && micros > (time.get(mode) ?? 0)) mode = level;
  return { mode, max, share: total > 0 ? (time.get(mode) ?? 0) / total : 1 };
}

export function workersFrom(lives: readonly Life[]): Estimate {
  if (lives.length === 0)
    return { value: null, low: null, high: null, confidence: 0, method: 'no line names a worker' };
  const { mode, max, share } = aliveAtOnce(lives);
  const replaced = lives.length > max;
  const value = replaced ? mode : lives.length;
  const fewest = Math.min(...lives.map((life) => life.requests));
  const confidence = replaced ? Math.min(0.95, 0.5 + share / 2) : fewest >= 2 ? 0.97 : 0.8;
  return { value, low: value, high: Math.max(value, max), confidence, method: 'pids alive at once, weighted by time' };
}
