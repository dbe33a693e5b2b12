/** Callers who came while the application was still being imported: the log begins with the crowd that had been waiting. */
import type { Analysis } from './finding.ts';
import { levelsOf, NEARLY_FULL } from './full-stretches.ts';
import { type Rows, rowsOf } from './rows.ts';
import { countUpTo, logPoissonTail, medianOf } from './statistics.ts';

/** µs between the last boot and the first request: if shorter, the import hardly mattered; if longer, nobody had called the server. */
const SHORTEST = 3e6;
const LONGEST = 120e6;
/** ln of the probability of so many starts at the later rate, below which they are a backlog; and the starts that it takes to know that rate. */
const SURE = -9;
const MINIMUM_LATER = 50;
/** Least and greatest size of a backlog, as a share of the callers who come in the time of the import at the later rate. */
const FEWEST = 0.3;
const MOST = 1.5;
/** µs: steps in which its end is looked for; and after how many times the import it is surely over. */
const STEP = 1e6;
const GONE = 3;
/** It is over when this share of the crowd has started. */
const MOST_OF_IT = 0.8;

/** µs since 1970 UTC: the last boot before the first request; NaN unless all workers booted before that. */
function bootedAt({ lifecycle, summary }: Analysis, { start }: Rows): number {
  const workers = summary.server.workers.value;
  if (workers === null || summary.server.servers) return Number.NaN;
  const boots = lifecycle.filter(({ kind, worker, time }) => kind === 'boot' && worker !== null && time <= start[0]);
  return new Set(boots.map(({ worker }) => worker)).size >= workers
    ? Math.max(...boots.map(({ time }) => time))
    : Number.NaN;
}

interface Crowd {
  /** µs since 1970 UTC: by then most of it has begun. */
  readonly to: number;
  /** All of it has, as far as the numbers show, and what came meanwhile. */
  readonly gone: number;
  /** Requests more until then than come later in as long a time. */
  readonly callers: number;
}

/** Requests per µs after `from`, in the median of windows of `width` µs: a peak later on is not usual. */
function usualRate(start: Float64Array, from: number, width: number): number {
  const last = start[start.length - 1];
  const windows = Math.max(1, Math.floor((last - from) / width));
  const length = (last - from) / windows;
  const counts = Array.from({ length: windows }, (_, k) => {
    const begins = from + k * length;
    return countUpTo(start, begins + length) - countUpTo(start, begins);
  });
  return medianOf(counts) / length;
}

/**
 * Requests more began at first than later in as long a time, as many as came meanwhile, in a pool that they filled. A load test that begins
 * with a full pool has none, or far more than could have come during the import.
 */
function crowdOf(rows: Rows, slots: number, importMicros: number): Crowd | null {
  const { start, length } = rows;
  const origin = start[0];
  const last = start[length - 1];
  const calm = origin + Math.min(GONE * importMicros, (last - origin) / 2);
  const later = length - countUpTo(start, calm);
  if (later < MINIMUM_LATER) return null;
  const rate = usualRate(start, calm, importMicros);
  const more = (end: number) => countUpTo(start, end) - rate * (end - origin);
  const ends: number[] = [];
  for (let end = origin + STEP; end <= calm; end += STEP) ends.push(end);
  const callers = Math.max(0, ...ends.map(more));
  // The rest of it may as well be chance.
  const to = ends.find((end) => more(end) >= MOST_OF_IT * callers) ?? origin;
  const gone = ends.find((end) => more(end) === callers) ?? origin;
  const came = rate * importMicros;
  const isByChance = !ends.some((end) => logPoissonTail(countUpTo(start, end), rate * (end - origin)) < SURE);
  const isCrowd = callers >= FEWEST * came && callers <= MOST * came && !isByChance;
  if (!isCrowd) return null;
  const levels = levelsOf(rows, STEP, Math.ceil((to - origin) / STEP));
  return levels.some((level) => level >= NEARLY_FULL * slots) ? { to, gone, callers } : null;
}

export interface BootBacklog extends Crowd {
  /** From the boot of the last worker to the first request. */
  readonly importMicros: number;
  /** 0..1: the share of all waiting that falls into it; NaN where no wait is known. */
  readonly waitShare: number;
}

/** null: nothing of the kind. `slots` of the pool. */
export function findBootBacklog(analysis: Analysis, slots: number): BootBacklog | null {
  const rows = rowsOf(analysis);
  if (rows.length === 0) return null;
  const importMicros = rows.start[0] - bootedAt(analysis, rows);
  if (!(importMicros >= SHORTEST && importMicros <= LONGEST)) return null;
  const crowd = crowdOf(rows, slots, importMicros);
  if (!crowd) return null;
  let [during, waited] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    if (!(rows.wait[i] > 0)) continue;
    waited += rows.wait[i];
    if (rows.start[i] <= crowd.gone) during += rows.wait[i];
  }
  return { ...crowd, importMicros, waitShare: during / waited };
}
