/**
 * What a log shows of a stretch: how many requests each worker answered, how many it ran at once, and whether more would have run had they
 * been free to.
 */
import { countBelow } from '../../core/statistics.ts';
import { type RequestTable, selectRows } from '../../core/table.ts';
import type { Evidence } from './changes.ts';
import { evidencePart } from './evidence-part.ts';
import { clientsMayBeTheLimit, wholePool } from './few-clients.ts';
import { limitOf } from './limit.ts';
import { type Trace, traceOf } from './trace.ts';
import { slotsOfEachWorker } from './with-durations.ts';

/** Most requests that are looked at, and how often chance is replayed. */
const MOST_ROWS = 2000;
const REPLICAS = 3;

export function evidenceOf(table: RequestTable, trace: Trace): Evidence {
  let ends: number[][] | null = null;
  const endsOf = (worker: number): number[] => {
    if (ends === null) {
      ends = Array.from(trace.workerIds, () => []);
      for (let k = 0; k < trace.length; k++) ends[trace.worker[k]].push(trace.end[k]);
      for (const own of ends) own.sort((a, b) => a - b);
    }
    // In a long log some workers have no request that is kept.
    return ends[worker] ?? [];
  };
  return {
    requestsIn: ({ worker }, from, to) => {
      const own = endsOf(worker);
      const upTo = (instant: number) => countBelow(own.length, (k) => own[k], instant + 0.5);
      return upTo(to) - upTo(from);
    },
    fullness: (workers, from, to) => {
      // Without workers nobody answers: in a long log, the workers of a stretch between two kept ones are not known.
      if (workers < 1 || !trace.hasDurations || trace.startsOnly) return 0;
      const rows = trace.row.filter((_, k) => trace.end[k] > from && trace.end[k] <= to);
      const part = traceOf(evidencePart(selectRows(table, rows), MOST_ROWS));
      if (part.length < 3) return 0;
      const limit = limitOf(part, false, REPLICAS);
      // Only a queue shared by workers of one request each counts: threads queue in their own process, however idle another one is.
      if (limit.lanes !== workers || clientsMayBeTheLimit(part, limit, wholePool, REPLICAS)) return 0;
      return limit.score;
    },
    slotsOfEach: (lives) => {
      if (!trace.hasDurations || trace.startsOnly) return null;
      const theirs = new Set(lives.map(({ worker }) => worker));
      const rows = trace.row.filter((_, k) => theirs.has(trace.worker[k]));
      return slotsOfEachWorker(traceOf(evidencePart(selectRows(table, rows), MOST_ROWS)), REPLICAS);
    },
  };
}
