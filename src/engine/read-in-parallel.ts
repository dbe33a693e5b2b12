/**
 * Reads a large file with several threads, in ranges, with exactly the result of one thread. Every range finds the formats in the head of
 * the file and starts at a line that is a request, and the partials are joined in file order. If a range turns out to depend on its
 * neighbours (a format that first appears in the middle), null is returned and one thread reads it all.
 */
import { closeSync } from 'node:fs';
import type { Partial } from '../analysis/partial.ts';
import { type PartialState, partialOfState } from '../analysis/partial-state.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { joinReports, summaryOfReport } from '../ingest/input-report.ts';
import { becameShorter } from '../ingest/read-input.ts';
import { bePatient, threadsStart } from './patient-v8.ts';
import { headOf, openPlain } from './plain-file.ts';
import { isFull, type RangeResult, type RangeSource, readRanges } from './read-range.ts';
import { BLOCK_BYTES, SharedRanges, type SharedState } from './shared-ranges.ts';
import type { Place } from './time-place.ts';

/** MiB: a smaller rest is left to the thread that has it, since another one takes 60 ms to start and 20 ms per range. */
const WORTH_SPLITTING = 48;

/** Sent to a thread. */
export interface RangeJob extends RangeSource {
  readonly shared: SharedState;
  /** Index of this reader. */
  readonly reader: number;
}

/** What a thread sends back for each range. */
export interface RangeMessage extends Omit<RangeResult, 'partial'> {
  readonly state: PartialState;
}

/** A thread that waits for a job. */
export interface RangeThread {
  /** Reads ranges until there are none. Rejects when the thread dies. */
  read(job: RangeJob): Promise<readonly RangeMessage[]>;
  close(): void;
}

export interface ParallelOptions {
  readonly formats: readonly LogFormat[];
  readonly threads: number;
  readonly startThread: () => RangeThread;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped within it are wanted; `place` holds the bytes in which they are. */
  readonly window?: TimeWindow | null;
  readonly place?: Place | null;
  /** MiB; default: the size from which splitting pays. */
  readonly worthSplitting?: number;
  readonly onProgress?: (bytesRead: number, totalBytes: number | null) => void;
  readonly onDamage?: (sentence: string) => void;
}

/** null: the file has to be read by one thread. */
export async function readInParallel(
  path: string,
  source: number,
  options: ParallelOptions,
): Promise<{ partial: Partial; report: InputSummary } | null> {
  const { worthSplitting = WORTH_SPLITTING } = options;
  const large = openLarge(path, options.threads, options.place ?? null, worthSplitting * BLOCK_BYTES);
  if (!large) return null;
  const { formats, startThread, timezone, logFormat, window, onProgress, onDamage } = options;
  const { begin, end, head } = large;
  const start: RangeSource = {
    file: large.file,
    path,
    source,
    from: begin,
    head,
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(window ? { window } : {}),
  };
  bePatient();
  const loaded = threadsStart();
  // Threads start while the formats are detected: both take a while.
  const threads = startedOf(large.readers - 1, startThread);
  try {
    if (threads.length === 0) return null;
    const shared = SharedRanges.create(threads.length + 1, begin, end, worthSplitting);
    const answers = threads.map((thread, k) => thread.read({ ...start, shared: shared.state, reader: k + 1 }));
    for (const answer of answers) answer.catch(() => undefined);
    const own: RangeResult[] = [];
    const progress = () => {
      if (shared.allJoined) loaded();
      onProgress?.(end - begin - shared.left(), end - begin);
    };
    readRanges(start, formats, shared, 0, (result) => own.push(result) > 0 && !result.dependsOnNeighbours, progress);
    const parts: (RangeResult | RangeMessage)[] = own;
    for (const reader of shared.close()) {
      if (reader === 0) continue;
      try {
        parts.push(...(await answers[reader - 1]));
      } catch {
        return null;
      }
    }
    if (parts.some(({ dependsOnNeighbours }) => dependsOnNeighbours)) return null;
    const [first, ...others] = parts.sort((a, b) => a.from - b.from);
    const partial = partialOf(first);
    for (const part of others) partial.merge(partialOf(part));
    if (isFull(partial.names)) return null;
    const report = summaryOfReport(path, joinReports(parts.map((part) => part.report)));
    if (report.bytes < end - begin) onDamage?.(becameShorter(path));
    return { partial, report };
  } finally {
    loaded();
    closeSync(large.file);
    for (const thread of threads) thread.close();
  }
}

/** Starts as many threads as wanted, or as the system allows: a container may allow few. */
function startedOf(wanted: number, startThread: () => RangeThread): RangeThread[] {
  const threads: RangeThread[] = [];
  try {
    while (threads.length < wanted) threads.push(startThread());
  } catch {
    // Go on with the threads that there are.
  }
  return threads;
}

const partialOf = (part: RangeResult | RangeMessage): Partial =>
  'partial' in part ? part.partial : partialOfState(part.state);

interface LargeFile {
  readonly file: number;
  /** The byte range to read. */
  readonly begin: number;
  readonly end: number;
  readonly head: Uint8Array;
  readonly readers: number;
}

/** null: not a plain file, not large, or compressed, so that no range of it can be read on its own. */
function openLarge(path: string, threads: number, place: Place | null, minBytes: number): LargeFile | null {
  const plain = threads < 2 ? null : openPlain(path);
  if (!plain) return null;
  const { file, size } = plain;
  const begin = place?.from ?? 0;
  const end = place?.to ?? size;
  const readers = Math.min(threads, Math.floor((end - begin) / minBytes));
  const head = readers > 1 ? headOf(file) : null;
  if (head) return { file, begin, end, head, readers };
  closeSync(file);
  return null;
}
