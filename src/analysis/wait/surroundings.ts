/**
 * The waits of a stretch of a log that begins with a full pool. Who was queued when it began shows in the requests before it. So a wider
 * stretch is inferred, and its waits are taken for the requests of the narrow one alone.
 */
import { floatsAt } from '../../core/columns.ts';
import type { ServerInference, WaitInference } from '../../core/inference.ts';
import { meanOf, medianOf } from '../../core/statistics.ts';
import { type RequestTable, sliceRows } from '../../core/table.ts';
import { countText } from '../../core/words.ts';
import { inferServer, type ServerInput } from '../infer-server.ts';
import type { Partial } from '../partial.ts';
import { traceOf } from '../structure/trace.ts';
import { longestQueue, NO_WAIT, quantile, unknownWait } from './summarise-waits.ts';
import { unseenBeginnings } from './unseen-beginning.ts';

/** Requests before and after the stretch that are followed with it, at most. */
const MOST_BEFORE = 6000;
const MOST_BEHIND = 2000;

/** Whether callers may have been queued when these requests began, because the pool was full. */
export function beginsFull({ capacity, queue, threads, servers }: ServerInference, table: RequestTable): boolean {
  const byWorker = queue === 'per-worker';
  const slots = byWorker ? threads.value : capacity.value;
  if (slots === null || servers.length > 0) return false;
  const trace = traceOf(table);
  return trace.hasDurations && unseenBeginnings(trace, byWorker)(0, trace.length, slots) > 0;
}

/**
 * The waits of `own` (the requests of `table`) as inferred from `around`, a stretch that holds them. `own` stays as it is where its waits
 * need no histories, or where the wider stretch does not tell.
 */
export function waitsAmong(own: ServerInference, table: RequestTable, around: Partial): ServerInference {
  const { method } = own.wait;
  if ((method !== 'inferred' && method !== 'unknown') || !around.retained.complete || table.length === 0) return own;
  const all = around.retained.table();
  const wanted = rowsOf(table, all);
  if (wanted === null) return own;
  const from = Math.max(0, wanted[0] - MOST_BEFORE);
  const to = Math.min(all.length, wanted[wanted.length - 1] + 1 + MOST_BEHIND);
  const { names, streams, lifecycle } = around;
  const input: ServerInput = { table: sliceRows(all, from, to), names, streams, lifecycle };
  const joint = inferServer(input);
  const isSamePool = joint.capacity.value === own.capacity.value && joint.queue === own.queue;
  if (joint.wait.method !== 'inferred' || !isSamePool) return own;
  const rows = wanted.map((row) => row - from);
  const pick = (column: Float64Array) => floatsAt(column, rows);
  const wait = pick(joint.requests.wait);
  const samples = (joint.requests.waitSamples ?? [joint.requests.wait]).map(pick);
  // Only some of these requests were followed.
  if (wait.some((micros) => Number.isNaN(micros))) return own;
  const before = countText(wanted[0] - from, 'request');
  return {
    ...own,
    wait: ofPart(samples, pick(joint.requests.start), joint.wait, before),
    requests: { ...own.requests, wait, waitSamples: samples },
  };
}

/** Index in `all` of each row of `table`, in the order of `table`; null: some rows are not in `all`. */
function rowsOf(table: RequestTable, all: RequestTable): Int32Array | null {
  const rows = new Int32Array(table.length);
  const bySource = new Map<number, Map<number, number>>();
  for (let row = 0; row < all.length; row++) {
    let byOffset = bySource.get(all.source[row]);
    if (!byOffset) bySource.set(all.source[row], (byOffset = new Map()));
    byOffset.set(all.offset[row], row);
  }
  for (let i = 0; i < table.length; i++) {
    const row = bySource.get(table.source[i])?.get(table.offset[i]);
    if (row === undefined) return null;
    rows[i] = row;
  }
  return rows;
}

/**
 * The summary for a part of the requests; its range is relatively as wide as that of all of them (`all`). `samples`: one array of waits per
 * possible history, µs; `start`: µs.
 */
function ofPart(
  samples: readonly Float64Array[],
  start: Float64Array,
  all: WaitInference,
  before: string,
): WaitInference {
  const sorted = samples.map((sample) => sample.toSorted());
  const middle = (value: (sample: Float64Array) => number) => medianOf(Float64Array.from(sorted, value));
  const mean = middle(meanOf);
  const p95 = middle((sample) => quantile(sample, 0.95));
  const times = (value: number, bound: number, estimate: number) => (estimate > 0 ? value * (bound / estimate) : bound);
  return {
    ...unknownWait(`${all.basis}; who was queued when they began is known from ${before} before them`),
    method: 'inferred',
    confidence: all.confidence,
    mean,
    p50: middle((sample) => quantile(sample, 0.5)),
    p95,
    p99: middle((sample) => quantile(sample, 0.99)),
    max: middle((sample) => sample[sample.length - 1]),
    lowMean: times(mean, all.lowMean, all.mean),
    highMean: times(mean, all.highMean, all.mean),
    lowP95: times(p95, all.lowP95, all.p95),
    highP95: times(p95, all.highP95, all.p95),
    waitingRatio: meanOf(
      samples.map((sample) => sample.filter((micros) => micros > 1e6 * NO_WAIT).length / sample.length),
    ),
    peakQueue: medianOf(samples.map((sample) => longestQueue(start, sample))),
    callers: all.callers,
  };
}
