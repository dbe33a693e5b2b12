/** Lives of worker processes: when the first request of a pid began, when its last one ended, and what ended the worker. */
import type { WorkerLife } from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { Times } from './estimated-times.ts';
import { levelsOf } from './levels.ts';
import type { Trace } from './trace.ts';

export interface Life {
  /** Dense index of the worker in the trace; past the trace's own indices if none of the worker's requests is kept. */
  readonly worker: number;
  /** Index in `names.workers`. */
  readonly id: number;
  /** µs: boot or first start, and exit or last end. */
  from: number;
  to: number;
  requests: number;
  /** The server said when the worker started, and when it ended. */
  booted: boolean;
  ended: boolean;
  fate: 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';
}

/** A worker all of whose requests were counted: its first start and last end, µs since 1970 UTC. */
export interface CountedWorker {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly requests: number;
}

/** @param spans all workers of a log of which the trace holds only a part; null: the trace holds all requests */
export function livesOf(
  trace: Trace,
  names: (id: number) => string,
  events: readonly LifecycleEvent[],
  spans: readonly CountedWorker[] | null = null,
): Life[] {
  const lives = spans ? livesOfSpans(trace, spans) : livesOfTrace(trace);
  for (const k of trace.killed) lives[trace.worker[k]].fate = 'killed';
  const byName = new Map(lives.map((life) => [names(life.id), life]));
  for (const event of events) {
    const life = event.worker === null ? undefined : byName.get(event.worker);
    if (life) tell(life, event);
  }
  return withInferredEnds(lives);
}

const untold = { booted: false, ended: false, fate: 'running' } as const;

function livesOfTrace(trace: Trace): Life[] {
  const lives: Life[] = [];
  for (let i = 0; i < trace.length; i++) {
    const worker = trace.worker[i];
    if (worker < 0) continue;
    const end = trace.end[i];
    const start = trace.duration[i] >= 0 ? end - trace.duration[i] : end;
    let life = lives[worker];
    if (!life) {
      life = { worker, id: trace.workerIds[worker], from: start, to: end, requests: 0, ...untold };
      lives[worker] = life;
    }
    life.from = Math.min(life.from, start);
    life.to = Math.max(life.to, end);
    life.requests++;
  }
  return lives;
}

function livesOfSpans(trace: Trace, spans: readonly CountedWorker[]): Life[] {
  const lives = livesOfTrace(trace);
  const byId = new Map(lives.map((life) => [life.id, life]));
  for (const { id, from, to, requests } of spans) {
    const life = byId.get(id);
    if (!life) lives.push({ worker: lives.length, id, from, to, requests, ...untold });
    else {
      life.from = Math.min(life.from, from);
      life.to = Math.max(life.to, to);
      life.requests = requests;
    }
  }
  return lives;
}

/** Adds what the server said about a worker. */
function tell(life: Life, { kind, time }: LifecycleEvent): void {
  if (kind === 'boot') {
    life.booted = true;
    if (time < life.from) life.from = time;
    return;
  }
  const fate = fateBy(kind, life.fate);
  if (fate === null) return;
  life.fate = fate;
  life.ended = true;
  if (time > life.to) life.to = time;
}

/** Fate of a worker after one more message about it. A reason takes precedence over a bare exit. null: the message is not about its end. */
function fateBy(kind: LifecycleEvent['kind'], before: Life['fate']): Life['fate'] | null {
  switch (kind) {
    case 'timeout':
      return 'timeout';
    case 'killed':
      return before === 'timeout' ? before : 'killed';
    case 'recycle':
      return 'recycled';
    case 'exit':
      return before === 'running' ? 'exited' : before;
    default:
      return null;
  }
}

/** µs: at a reload the old workers end their requests while the new ones already begin. */
export const GRACE = 3_000_000;

/** `one` began after `other` ended, or shortly before that and clearly later than `other` began. */
const mayFollow = (one: Life, other: Life): boolean =>
  one.from > other.to || one.from > Math.max(other.to - GRACE, other.from + GRACE);

/**
 * A worker that fell silent for long and was followed by another one has ended. If all such workers had about the same number of requests,
 * they were recycled (max_requests). Why others ended, only the server can say.
 */
function withInferredEnds(lives: Life[]): Life[] {
  const last = Math.max(...lives.map((life) => life.to));
  const newest = lives.reduce((a, b) => (b.from > a.from ? b : a), lives[0]);
  const silent = lives.filter(
    (life) =>
      life.fate === 'running' &&
      hasRhythm(life) &&
      last - life.to > 5 * pauseOf(life) &&
      // If any life followed it, the newest did. No life follows itself.
      mayFollow(newest, life),
  );
  const counts = silent.map((life) => life.requests);
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const spread = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
  const fate = counts.length >= 4 && spread < 0.15 * mean ? 'recycled' : 'exited';
  for (const life of silent) life.fate = fate;
  return lives;
}

/** The lives as the summary shows them: how busy each worker was, and the most requests it ran at once. */
export function summariseLives(
  lives: readonly Life[],
  trace: Trace,
  times: Times,
  threads: number | null,
  running: boolean,
): WorkerLife[] {
  const rows = rowsByWorker(trace, lives.length);
  return lives.map((life) => {
    const from = rows.first[life.worker];
    const to = rows.first[life.worker + 1];
    const starts = new Float64Array(to - from);
    const ends = new Float64Array(to - from);
    let busyMicros = 0;
    for (let k = from; k < to; k++) {
      starts[k - from] = times.start[rows.row[k]];
      ends[k - from] = times.end[rows.row[k]];
      busyMicros += Math.max(0, ends[k - from] - starts[k - from]);
    }
    const known = running && to > from && !Number.isNaN(busyMicros);
    const peak = known ? levelsOf(starts, ends, OVERLAP_TOLERANCE).peak : Number.NaN;
    return {
      worker: life.id,
      from: life.from,
      to: life.to,
      requests: life.requests,
      busyMicros: known ? busyMicros : Number.NaN,
      peakConcurrency: Math.max(1, Math.min(peak, threads ?? peak)),
      fate: life.fate,
    };
  });
}

/** µs: overlaps this short are errors of the estimated times. */
const OVERLAP_TOLERANCE = 2_000;

/** Rows of each worker, side by side: worker w has row[first[w]] to row[first[w + 1] - 1]. */
function rowsByWorker(trace: Trace, workers: number): { row: Int32Array; first: Int32Array } {
  const first = new Int32Array(workers + 1);
  for (let k = 0; k < trace.length; k++) if (trace.worker[k] >= 0) first[trace.worker[k] + 1]++;
  for (let w = 0; w < workers; w++) first[w + 1] += first[w];
  const next = first.slice();
  const row = new Int32Array(first[workers]);
  for (let k = 0; k < trace.length; k++) if (trace.worker[k] >= 0) row[next[trace.worker[k]]++] = trace.row[k];
  return { row, first };
}

/** With fewer requests nobody knows how long a worker usually pauses. */
export const hasRhythm = (life: Life): boolean => life.requests >= 5;
export const pauseOf = (life: Life): number => (life.to - life.from) / (life.requests - 1);
