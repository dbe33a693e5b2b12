/**
 * How many workers a server has: distinct pids less those that took the place of another (a recycled worker comes back under another pid),
 * or the number alive for most of the time where the two nearly agree or old workers only finish what they began before a reload.
 */
import { sumOf } from '../../core/statistics.ts';
import { type Estimate, unknownEstimate } from '../../core/summary.ts';
import { hasRhythm, type Life, pauseOf } from './lives.ts';
import { exactly } from './structure.ts';

export interface Alive {
  /** The number that lived at once for most of the time. */
  readonly mode: number;
  readonly max: number;
  /** Share of the time at the mode. */
  readonly share: number;
}

/**
 * Worker processes alive at once, weighted by time. A worker lives before its first request and after its last one for about as long as it
 * usually pauses. So `pauses` of its own mean pauses are granted at both ends; if it wrote too few lines, those of the typical worker.
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

/** A worker that is idle for more of its own mean pauses than this is taken to be gone. */
const PAUSES_GRANTED = 3;

/**
 * Number of workers that took the place of another. Each worker that first appeared after the start is matched with one that had fallen
 * silent for good by then. A worker that merely idled until late finds no vacant place.
 */
function replacementsIn(lives: readonly Life[]): number {
  const first = Math.min(...lives.map((life) => life.from));
  const last = Math.max(...lives.map((life) => life.to));
  const typical = typicalPause(lives);
  const granted = (life: Life, least: number) =>
    Math.max(least, PAUSES_GRANTED * (hasRhythm(life) ? pauseOf(life) : typical));
  // A worker with as many requests as the recycled ones had is due to be recycled, however short its silence at the end of the log.
  const due = Math.min(...lives.filter((life) => life.fate === 'recycled').map((life) => life.requests));
  const gone = lives.filter(
    (life) => life.fate !== 'running' || life.requests >= due || last - life.to > granted(life, GONE),
  );
  const late = lives.filter((life) => life.from - first > granted(life, LATE));
  gone.sort((a, b) => a.to - b.to);
  late.sort((a, b) => a.from - b.from);
  const taken = new Set<Life>();
  // Places are taken in the order in which they became vacant.
  let vacant = 0;
  for (const birth of late) {
    const latest = birth.from + typical + (birth.booted ? BOOT_TICK : 0);
    while (vacant < gone.length && taken.has(gone[vacant])) vacant++;
    let k = vacant;
    while (k < gone.length && (gone[k] === birth || taken.has(gone[k]))) k++;
    if (k < gone.length && gone[k].to <= latest) taken.add(gone[k]);
  }
  return Math.min(taken.size, lives.length - 1);
}

/** µs: a server's boot messages are stamped to the second, so the last answer of the worker before may be stamped later. */
const BOOT_TICK = 1_000_000;

/**
 * µs: nobody is replaced sooner, however fast requests come: the least silence of a worker that is gone, and the least lateness of a new
 * one.
 */
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

/** Share of the replacements that stamps may hide or invent. Within it, the number alive for most of the time is right. */
const MISMATCHED = 0.02;

/**
 * Workers beyond the usual number are old ones that finish their requests if the usual number lives for this share of the time, and if each
 * worker had so many requests.
 */
const NEARLY_ALWAYS = 0.98;
const FEWEST_OF_LIFE = 20;

/**
 * A reloaded server lets its old workers finish their requests, for as long as the longest takes, while new ones begin. Then the usual
 * number lives nearly all the time, and at the end. Each worker needs some requests: one with few may have idled for most of its life.
 */
const areHandedOver = (lives: readonly Life[], { mode, share }: Alive): boolean =>
  share >= NEARLY_ALWAYS &&
  lives.length >= 2 * mode &&
  lives.every(({ requests }) => requests >= FEWEST_OF_LIFE) &&
  lives.filter(({ fate }) => fate === 'running').length === mode;

const started = 'workers that the server says it started';

export function workersFrom(lives: readonly Life[], booted: number | null): Estimate {
  if (lives.length === 0)
    return booted === null ? unknownEstimate('no line names a worker') : exactly(booted, 0.98, started);
  const matched = replacementsIn(lives);
  const alive = aliveAtOnce(lives, 0);
  const { mode, max } = alive;
  const unmatched = lives.length - matched - mode;
  const isMode = Math.abs(unmatched) <= MISMATCHED * matched || areHandedOver(lives, alive);
  const value = isMode ? mode : lives.length - matched;
  const replacements = lives.length - value;
  const replaced = replacements > 0;
  if (booted !== null && (booted >= value || lives.every((life) => life.booted))) {
    return exactly(booted, 0.98, started);
  }
  const sure = value === 1 ? 0.9 : !replaced ? 0.97 : mode === value ? 0.93 : 0.58;
  const confidence = mayHaveIdled(lives, value, replaced) ? Math.min(sure, 0.55) : sure;
  const low = replaced && confidence < 0.6 ? Math.min(value, mode) : value;
  return {
    value,
    low,
    high: confidence < 0.6 ? Math.max(max, Math.ceil(value * 1.6) + 1) : value,
    confidence,
    method: replaced ? `${lives.length} pids, ${replacements} of them in the place of another` : 'pids seen',
  };
}

/**
 * Whether some of `workers` may have had no request. Idle workers leave no trace: a worker with a fair share is missed with a chance of (1
 * - 1/workers)^requests. A server that wakes the same workers first (uneven shares) may hide any number.
 */
function mayHaveIdled(lives: readonly Life[], workers: number, replaced: boolean): boolean {
  const counts = lives.map(({ requests }) => requests).sort((a, b) => a - b);
  const [fewest, most] = [counts[0], counts[counts.length - 1]];
  const fairShare = sumOf(counts) / workers;
  const missed = workers * Math.exp(-fairShare);
  const areUneven = !replaced && workers > 1 && (fewest <= 2 || most > 4 * fewest) && fewest < 0.5 * fairShare;
  return areUneven || missed > 0.3;
}
