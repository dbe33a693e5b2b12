/** One range of a large file into a partial: the work of one thread. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Partial } from '../analysis/partial.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import { createParser } from '../ingest/create-parser.ts';

const BUFFER_BYTES = 1 << 20;

export interface RangeJob {
  readonly path: string;
  /** Index of the input. */
  readonly source: number;
  /** Bytes [from, to) of the file; `from` is the start of a line. */
  readonly from: number;
  readonly to: number;
  /** The file's first bytes: the formats are found in them, so that every range is read alike. */
  readonly head: Uint8Array;
  readonly timezone?: string;
  readonly logFormat?: string;
}

export interface RangeResult {
  readonly partial: Partial;
  readonly report: InputSummary;
  /** true: the range cannot be read on its own exactly as within its file. */
  readonly dependsOnNeighbours: boolean;
}

/** @throws the file system's errors */
export function readRange(
  job: RangeJob,
  formats: readonly LogFormat[],
  onProgress?: (bytes: number) => void,
): RangeResult {
  const partial = new Partial();
  const parser = createParser({
    path: job.path,
    source: job.source,
    names: partial.names,
    formats,
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
    range: { from: job.from, head: job.head },
    ...(job.timezone === undefined ? {} : { timezone: job.timezone }),
    ...(job.logFormat === undefined ? {} : { logFormat: job.logFormat }),
  });
  const file = openSync(job.path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    for (let at = job.from; at < job.to; ) {
      const bytes = readSync(file, buffer, 0, Math.min(BUFFER_BYTES, job.to - at), at);
      if (bytes === 0) break;
      parser.push(buffer.subarray(0, bytes));
      at += bytes;
      onProgress?.(bytes);
    }
  } finally {
    closeSync(file);
  }
  parser.end();
  return { partial, report: parser.report(), dependsOnNeighbours: parser.dependsOnNeighbours() };
}
