/**
 * A large file read by several threads, a range each, to exactly the result of one thread: every range finds the formats in
 * the file's head, starts at a line that is a request, and the partials join in the order of the file. Where a range turns
 * out to depend on its neighbours (a format that is new in the middle), nothing is returned and one thread reads it all.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Partial } from '../analysis/partial.ts';
import { type PartialState, partialOfState } from '../analysis/partial-state.ts';
import type { LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import type { InputSummary } from '../core/summary.ts';
import { createParser } from '../ingest/create-parser.ts';
import { compressionOf } from '../ingest/decompress.ts';
import { joinReports } from '../ingest/join-reports.ts';
import { type RangeJob, readRange } from './read-range.ts';

/** Below this a second thread costs more than it saves: it takes some 60 ms to start. */
const MIN_BYTES_PER_THREAD = 12 << 20;
/** Enough for the sample in which formats are looked for. */
const HEAD_BYTES = 1 << 20;
/** How far a request line is looked for behind the place of a cut. */
const SEARCH_BYTES = 1 << 20;

/** What a thread sends back. */
export interface RangeMessage {
  readonly state: PartialState;
  readonly report: InputSummary;
  readonly dependsOnNeighbours: boolean;
}

export interface ParallelOptions {
  readonly formats: readonly LogFormat[];
  readonly threads: number;
  /** Starts a thread on a range; rejects when the thread dies. */
  readonly startRange: (job: RangeJob) => Promise<RangeMessage>;
  readonly timezone?: string;
  readonly logFormat?: string;
  readonly onProgress?: (bytesRead: number, totalBytes: number | null) => void;
}

/** null: read it with one thread. */
export async function readInParallel(
  path: string,
  source: number,
  options: ParallelOptions,
): Promise<{ partial: Partial; report: InputSummary } | null> {
  const jobs = planRanges(path, source, options);
  if (!jobs) return null;
  const total = jobs[jobs.length - 1].to;
  const others = jobs.slice(1).map((job) => options.startRange(job));
  // A thread that dies is noticed below; until then nobody listens.
  for (const other of others) other.catch(() => undefined);
  let done = 0;
  const first = readRange(jobs[0], options.formats, (bytes) => {
    done += bytes;
    options.onProgress?.(done * jobs.length, total);
  });
  const rest = await Promise.allSettled(others);
  const messages: RangeMessage[] = [];
  for (const one of rest) {
    if (one.status === 'rejected') return null;
    messages.push(one.value);
  }
  if (first.dependsOnNeighbours || messages.some((message) => message.dependsOnNeighbours)) return null;
  for (const { state } of messages) first.partial.merge(partialOfState(state));
  return { partial: first.partial, report: joinReports([first.report, ...messages.map(({ report }) => report)]) };
}

function planRanges(path: string, source: number, options: ParallelOptions): RangeJob[] | null {
  if (options.threads < 2 || path === '-') return null;
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const info = fstatSync(file);
    const ranges = Math.min(options.threads, Math.floor(info.size / MIN_BYTES_PER_THREAD));
    if (!info.isFile() || ranges < 2) return null;
    const head = bytesAt(file, 0, HEAD_BYTES);
    // No range of a compressed file can be read on its own.
    if (compressionOf(head)) return null;
    const { timezone, logFormat } = options;
    const common = {
      path,
      source,
      head,
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
    };
    const cuts = [0];
    for (let k = 1; k < ranges; k++) {
      const cut = requestNear(
        file,
        Math.floor((info.size * k) / ranges),
        { ...common, from: 0, to: 0 },
        options.formats,
      );
      if (cut === null || cut <= cuts[cuts.length - 1]) return null;
      cuts.push(cut);
    }
    return cuts.map((from, k) => ({ ...common, from, to: cuts[k + 1] ?? info.size }));
  } finally {
    closeSync(file);
  }
}

function bytesAt(file: number, at: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, at));
}

/** Offset of the first line behind `near` that is a request by the formats of the head; null when there is none close by. */
function requestNear(file: number, near: number, job: RangeJob, formats: readonly LogFormat[]): number | null {
  const piece = bytesAt(file, near, SEARCH_BYTES);
  const newline = piece.indexOf(10);
  if (newline < 0) return null;
  const from = near + newline + 1;
  let first = Number.POSITIVE_INFINITY;
  const parser = createParser({
    path: job.path,
    source: job.source,
    names: createNames(),
    formats,
    sink: {
      batch: ({ length, offset }) => {
        for (let i = 0; i < length; i++) first = Math.min(first, offset[i]);
      },
      lifecycle: () => undefined,
    },
    range: { from, head: job.head },
    ...(job.timezone === undefined ? {} : { timezone: job.timezone }),
    ...(job.logFormat === undefined ? {} : { logFormat: job.logFormat }),
  });
  const lines = piece.subarray(newline + 1, newline + 1 + (1 << 16));
  parser.push(lines);
  parser.flush();
  return Number.isFinite(first) && !parser.dependsOnNeighbours() ? first : null;
}
