/**
 * A large file read by several threads, a range each, to exactly the result of one thread: every range finds the formats in
 * the file's head, starts at a line that is a request, and the partials join in the order of the file. Where a range turns
 * out to depend on its neighbours (a format that is new in the middle), nothing is returned and one thread reads it all.
 */
import { closeSync } from 'node:fs';
import type { Partial } from '../analysis/partial.ts';
import { type PartialState, partialOfState } from '../analysis/partial-state.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { joinReports } from '../ingest/join-reports.ts';
import { becameShorter } from '../ingest/read-input.ts';
import { bytesAt, headOf, openPlain } from './plain-file.ts';
import { isFull, openRange, type RangeJob, type RangeReader, type RangeStart } from './read-range.ts';
import type { Place } from './time-place.ts';

/** Below this a second thread costs more than it saves: it takes some 60 ms to start. */
const MIN_BYTES_PER_THREAD = 12 << 20;
/** How far a request line is looked for behind the place of a cut. */
const SEARCH_BYTES = 1 << 18;
/** So much is read while another thread finds the formats. */
const HEAD_START_BYTES = 32 << 20;

/** What a thread sends back. */
export interface RangeMessage {
  readonly state: PartialState;
  readonly report: InputSummary;
  readonly dependsOnNeighbours: boolean;
}

/** A thread that waits for a range. */
export interface RangeThread {
  /** Rejects when the thread dies. */
  read(job: RangeJob): Promise<RangeMessage>;
  close(): void;
}

export interface ParallelOptions {
  readonly formats: readonly LogFormat[];
  readonly threads: number;
  readonly startThread: () => RangeThread;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped in it are wanted, and they stand in these bytes. */
  readonly window?: TimeWindow | null;
  readonly place?: Place | null;
  readonly onProgress?: (bytesRead: number, totalBytes: number | null) => void;
  readonly onDamage?: (sentence: string) => void;
}

/** null: read it with one thread. */
export async function readInParallel(
  path: string,
  source: number,
  options: ParallelOptions,
): Promise<{ partial: Partial; report: InputSummary } | null> {
  const large = openLarge(path, options.threads, options.place ?? null);
  if (!large) return null;
  const { formats, startThread, timezone, logFormat, window, onProgress, onDamage } = options;
  const { begin, end, head, ranges } = large;
  // Threads start while the formats are looked for: both take a while.
  const threads = Array.from({ length: ranges - 1 }, startThread);
  try {
    const start: RangeStart = {
      path,
      source,
      from: begin,
      head,
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
      ...(window ? { window } : {}),
    };
    const own = openRange(start, formats);
    const cuts = cutsOf(large, own);
    if (!cuts) return null;
    const others = threads.map((thread, k) => thread.read({ ...start, from: cuts[k], to: cuts[k + 1] ?? end }));
    let done = 0;
    const first = own.read(cuts[0], (bytes) => {
      done += bytes;
      onProgress?.(Math.min(end - begin, done * ranges), end - begin);
    });
    const messages: RangeMessage[] = [];
    for (const one of await Promise.allSettled(others)) {
      if (one.status === 'rejected') return null;
      messages.push(one.value);
    }
    if (first.dependsOnNeighbours || messages.some((message) => message.dependsOnNeighbours)) return null;
    for (const { state } of messages) first.partial.merge(partialOfState(state));
    if (isFull(first.partial.names)) return null;
    const report = joinReports([first.report, ...messages.map((message) => message.report)]);
    if (report.bytes < end - begin) onDamage?.(becameShorter(path));
    return { partial: first.partial, report };
  } finally {
    closeSync(large.file);
    for (const thread of threads) thread.close();
  }
}

interface LargeFile {
  readonly file: number;
  /** The bytes that are wanted of it. */
  readonly begin: number;
  readonly end: number;
  readonly head: Uint8Array;
  readonly ranges: number;
}

/** null: not a file, not large, or compressed, so that no range of it can be read on its own. */
function openLarge(path: string, threads: number, place: Place | null): LargeFile | null {
  const plain = threads < 2 ? null : openPlain(path);
  if (!plain) return null;
  const { file, size } = plain;
  const begin = place?.from ?? 0;
  const end = place?.to ?? size;
  const ranges = Math.min(threads, Math.floor((end - begin) / MIN_BYTES_PER_THREAD));
  const head = ranges > 1 ? headOf(file) : null;
  if (head) return { file, begin, end, head, ranges };
  closeSync(file);
  return null;
}

/** Where the ranges behind the first one begin, each at a request line; null when there is none near such a place. */
function cutsOf({ file, begin, end, ranges }: LargeFile, reader: RangeReader): number[] | null {
  const cuts: number[] = [];
  // This thread knows the formats already and begins at once: its range is the longest.
  const size = end - begin;
  const each = Math.floor((size - Math.min(HEAD_START_BYTES, size / (4 * ranges))) / ranges);
  for (let k = 1; k < ranges; k++) {
    const near = end - (ranges - k) * each;
    const piece = bytesAt(file, near, SEARCH_BYTES);
    const newline = piece.indexOf(10);
    const first = newline < 0 ? -1 : reader.firstRequest(piece.subarray(newline + 1));
    const cut = near + newline + 1 + first;
    if (first < 0 || cut <= (cuts[cuts.length - 1] ?? begin)) return null;
    cuts.push(cut);
  }
  return cuts;
}
