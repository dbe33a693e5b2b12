/** Callers who came while the application was still being imported: the pool is full from its first request on, with their backlog. */
import type { Analysis } from './finding.ts';
import { type Episode, episodesOf } from './full-stretches.ts';
import { type Rows, rowsOf } from './rows.ts';
import { countBelow, logPoissonTail } from './statistics.ts';

/** µs between the last boot and the first request: less is no import to speak of, more is a server that nobody called. */
const SHORTEST = 3e6;
const LONGEST = 120e6;
/** µs, and services, for which the pool is full from the first request on. */
const FULL = 2e6;
const SERVICES = 2;
/** Share of all waiting that falls into that time. */
const MOST_WAITING = 0.5;
/** ln of the chance from which more starts than later are a backlog, and starts later that make a rate. */
const SURE = -9;
const MINIMUM_LATER = 50;
/** Callers in the backlog, of those who come in the time of the import at the later rate. */
const FEWEST = 0.3;
const MOST = 1.5;

/** µs since 1970 of the last of the boots before the first request, where all workers booted before it; NaN otherwise. */
function bootedAt({ lifecycle, summary }: Analysis, { start }: Rows): number {
  const workers = summary.server.workers.value;
  if (workers === null || summary.server.servers) return Number.NaN;
  const boots = lifecycle.filter(({ kind, worker, time }) => kind === 'boot' && worker !== null && time <= start[0]);
  return new Set(boots.map(({ worker }) => worker)).size >= workers
    ? Math.max(...boots.map(({ time }) => time))
    : Number.NaN;
}

/**
 * Callers who were there before the first request began: as many more began while the pool was full than come later in as long a time. A load
 * test that begins with a full pool has none, or far more than could have come during the import.
 */
function backlogOf({ start, length }: Rows, { from, to }: Episode, importMicros: number): number | null {
  const during = countBelow(length, (i) => start[i], to);
  const later = length - during;
  const span = start[length - 1] - to;
  if (later < MINIMUM_LATER || span < to - from) return null;
  const rate = later / span;
  const usual = rate * (to - from);
  const backlog = during - usual;
  const came = rate * importMicros;
  const fits = backlog >= FEWEST * came && backlog <= MOST * came;
  return fits && logPoissonTail(during, usual) < SURE ? backlog : null;
}

export interface BootBacklog {
  /** From the boot of the last worker to the first request. */
  readonly importMicros: number;
  /** The full stretch that the log begins with. */
  readonly full: Episode;
  /** Requests more in it than come later in as long a time. */
  readonly callers: number;
  /** 0..1: the share of all waiting that falls into it; NaN where no wait is known. */
  readonly waitShare: number;
}

/** null: nothing of the kind. `slots` of the pool. */
export function findBootBacklog(analysis: Analysis, slots: number): BootBacklog | null {
  const rows = rowsOf(analysis);
  if (rows.length === 0) return null;
  const importMicros = rows.start[0] - bootedAt(analysis, rows);
  if (!(importMicros >= SHORTEST && importMicros <= LONGEST)) return null;
  const [full] = episodesOf(analysis, slots);
  if (!full || full.from > rows.start[0]) return null;
  if (full.fullMicros < Math.max(FULL, SERVICES * analysis.inference.service.mean)) return null;
  const waited = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  // Where the wait is not known, the backlog alone tells.
  if (waited > 0 && full.totalWaitMicros < MOST_WAITING * waited) return null;
  const callers = backlogOf(rows, full, importMicros);
  return callers === null ? null : { importMicros, full, callers, waitShare: full.totalWaitMicros / waited };
}
