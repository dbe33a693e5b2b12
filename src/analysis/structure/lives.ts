/**
 * Lives of worker processes: from the first request of a pid to its last, what ended it, and how many lived at once.
 *
 * The number of workers is the time-weighted mode of live pids, never the count of distinct pids: a recycled worker
 * comes back under another pid.
 */
import type { WorkerLife } from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import { type Estimate, unknownEstimate } from '../../core/summary.ts';
import type { Times } from './estimated-times.ts';
import { levelsOf } from './levels.ts';
import { exactly } from './structure.ts';
import type { Trace } from './trace.ts';

export interface Life {
  /** Dense index of the worker in the trace; beyond those of the trace where none of its requests is kept. */
  readonly worker: number;
  /** In `names.workers`. */
  readonly id: number;
  /** µs: boot or first start, and exit or last end. */
  from: number;
  to: number;
  requests: number;
  /** The server said when it started, and when it ended. */
  booted: boolean;
  ended: boolean;
  fate: 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';
}

/** Of a worker all of whose requests were counted: µs since 1970 UTC of the first start and the last end. */
export interface WorkerSpan {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly requests: number;
}

/** @param spans of all workers of a log of which not all requests are in the trace; null: they all are */
export function livesOf(
  trace: Trace,
  names: (id: number) => string,
  events: readonly LifecycleEvent[],
  spans: readonly WorkerSpan[] | null = null,
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

function livesOfSpans(trace: Trace, spans: readonly WorkerSpan[]): Life[] {
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

/** Takes in what the server said of a worker. */
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

/** What a worker has come to when its end is told once more: the reason goes before the bare exit. null: that is no end. */
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

/** µs: a reload lets the old workers end what they are at while the new ones begin. */
export const GRACE = 3_000_000;

/** It began behind the other one, or when that was about to end and not when it began. */
const mayFollow = (one: Life, other: Life): boolean =>
  one.from > other.to || one.from > Math.max(other.to - GRACE, other.from + GRACE);

/**
 * A worker that fell silent for long and was followed by another one ended. If all that ended so had about the same number
 * of requests, they were recycled (max_requests); why others end, only the server can say.
 */
function withInferredEnds(lives: Life[]): Life[] {
  const last = Math.max(...lives.map((life) => life.to));
  const newest = lives.reduce((a, b) => (b.from > a.from ? b : a), lives[0]);
  const silent = lives.filter(
    (life) =>
      life.fate === 'running' &&
      hasRhythm(life) &&
      last - life.to > 5 * pauseOf(life) &&
      // Where anybody followed it, the newest did: no life follows itself.
      mayFollow(newest, life),
  );
  const counts = silent.map((life) => life.requests);
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const spread = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
  const fate = counts.length >= 4 && spread < 0.15 * mean ? 'recycled' : 'exited';
  for (const life of silent) life.fate = fate;
  return lives;
}

/** The lives as the summary tells them: how busy each worker was, and how many requests it ran at once at most. */
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

export interface Alive {
  /** The number that lived at once for most of the time. */
  readonly mode: number;
  readonly max: number;
  /** Share of the time at the mode. */
  readonly share: number;
}

/**
 * Worker processes alive at once, weighted by time. A worker lived before its first request and after its last one, about
 * as long as it usually pauses: so many of its own pauses (of the typical worker's, where it wrote too few lines) are
 * granted at both ends.
 */
export function aliveAtOnce(lives: readonly Life[], pauses = PAUSES_GRANTED): Alive {
  const first = Math.min(...lives.map((life) => life.from));
  const last = Math.max(...lives.map((life) => life.to));
  const typical = typicalPause(lives);
  const edges: { time: number; step: number }[] = [];
  for (const life of lives) {
    const granted = pauses * (hasRhythm(life) ? pauseOf(life) : typical);
    edges.push({ time: Math.max(first, life.from - (life.booted ? 0 : granted)), step: 1 });
    edges.push({ time: Math.min(last, life.to + (life.fate === 'running' ? granted : 0)), step: -1 });
  }
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

/** A worker that is idle for longer than this is taken to be gone. */
const PAUSES_GRANTED = 3;

/**
 * Workers that took the place of another: each that first appeared after the start, matched with one that had fallen
 * silent for good by then. A worker that was merely idle until late has nobody's place to take.
 */
function replacementsIn(lives: readonly Life[]): number {
  const first = Math.min(...lives.map((life) => life.from));
  const last = Math.max(...lives.map((life) => life.to));
  const typical = typicalPause(lives);
  const granted = (life: Life, least: number) =>
    Math.max(least, PAUSES_GRANTED * (hasRhythm(life) ? pauseOf(life) : typical));
  // A worker that has run as many requests as those that were recycled is due, however short its silence at the end of the log.
  const due = Math.min(...lives.filter((life) => life.fate === 'recycled').map((life) => life.requests));
  const gone = lives.filter(
    (life) => life.fate !== 'running' || life.requests >= due || last - life.to > granted(life, GONE),
  );
  const late = lives.filter((life) => life.from - first > granted(life, LATE));
  gone.sort((a, b) => a.to - b.to);
  late.sort((a, b) => a.from - b.from);
  const taken = new Set<Life>();
  for (const birth of late) {
    const latest = birth.from + typical + (birth.booted ? BOOT_TICK : 0);
    const place = gone.find((life) => life !== birth && !taken.has(life) && life.to <= latest);
    if (place) taken.add(place);
  }
  return Math.min(taken.size, lives.length - 1);
}

/** µs: a server says when it boots a worker to the second, and the last answer of the one before may come later in it. */
const BOOT_TICK = 1_000_000;

/** µs: no worker is replaced in a moment, however fast requests come. */
const GONE = 1_000_000;
const LATE = 1_500_000;

function typicalPause(lives: readonly Life[]): number {
  const usual = lives
    .filter(hasRhythm)
    .map(pauseOf)
    .sort((a, b) => a - b);
  if (usual.length > 0) return usual[usual.length >> 1];
  const first = Math.min(...lives.map((life) => life.from));
  const last = Math.max(...lives.map((life) => life.to));
  const requests = lives.reduce((sum, life) => sum + life.requests, 0);
  return ((last - first) * lives.length) / Math.max(1, requests);
}

const hasRhythm = (life: Life): boolean => life.requests >= 5;
const pauseOf = (life: Life): number => (life.to - life.from) / (life.requests - 1);

const started = 'workers that the server says it started';

/**
 * Idle workers leave no trace: where requests are dealt unevenly or are few, a worker may have had none. By the shares of
 * the workers seen, one that gets a fair share is missed with a chance of (1 - 1/c)^n; a server that wakes the same
 * worker first (uneven shares) hides any number.
 */
export function workersFrom(lives: readonly Life[], booted: number | null): Estimate {
  if (lives.length === 0)
    return booted === null ? unknownEstimate('no line names a worker') : exactly(booted, 0.98, started);
  const replacements = replacementsIn(lives);
  const value = lives.length - replacements;
  const replaced = replacements > 0;
  const { mode, max } = aliveAtOnce(lives, 0);
  if (booted !== null && (booted >= value || lives.every((life) => life.booted))) {
    return exactly(booted, 0.98, started);
  }
  const counts = lives.map((life) => life.requests).sort((a, b) => a - b);
  const requests = counts.reduce((a, b) => a + b, 0);
  const perSlot = requests / value;
  const missed = value * Math.exp(-perSlot);
  const fewest = counts[0];
  const uneven =
    !replaced && value > 1 && (fewest <= 2 || counts[counts.length - 1] > 4 * fewest) && fewest < 0.5 * perSlot;
  const sure = value === 1 ? 0.9 : !replaced ? 0.97 : mode === value ? 0.93 : 0.58;
  const confidence = uneven || missed > 0.3 ? Math.min(sure, 0.55) : sure;
  const low = replaced && confidence < 0.6 ? Math.min(value, mode) : value;
  return {
    value,
    low,
    high: confidence < 0.6 ? Math.max(max, Math.ceil(value * 1.6) + 1) : value,
    confidence,
    method: replaced ? `${lives.length} pids, ${replacements} of them in the place of another` : 'pids seen',
  };
}
