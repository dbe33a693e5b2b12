/** One range of a large file into a partial: the work of one thread. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Partial } from '../analysis/partial.ts';
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { MAX_NAMES } from '../ingest/compile/runtime.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { LogParser } from '../ingest/parser.ts';
import { MAX_ROUTES } from '../ingest/route-name.ts';

const BUFFER_BYTES = 1 << 20;

/** Where a range begins, and all that decides how its lines are read. */
export interface RangeStart {
  readonly path: string;
  /** Index of the input. */
  readonly source: number;
  /** Byte of the file, the start of a line. */
  readonly from: number;
  /** The file's first bytes: the formats are found in them, so that every range is read alike. */
  readonly head: Uint8Array;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped in it are wanted. */
  readonly window?: TimeWindow;
}

export interface RangeJob extends RangeStart {
  /** Byte of the file behind the range. */
  readonly to: number;
}

export interface RangeResult {
  readonly partial: Partial;
  readonly report: InputSummary;
  /** true: the range cannot be read on its own exactly as within its file. */
  readonly dependsOnNeighbours: boolean;
}

export interface RangeReader {
  /** Offset in `lines` of the first line that is a request by the formats of the head, -1 none. Nothing is counted. */
  firstRequest(lines: Uint8Array): number;
  /** Reads the range up to byte `to` of the file. @throws the file system's errors */
  read(to: number, onProgress?: (bytes: number) => void): RangeResult;
}

export function openRange(start: RangeStart, formats: readonly LogFormat[]): RangeReader {
  const partial = new Partial();
  const { path, source, from, head, timezone, logFormat, window } = start;
  const parser = createParser({
    path,
    source,
    names: partial.names,
    formats,
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
    range: { from, head },
    bulk: true,
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(window ? { window } : {}),
  });
  return {
    firstRequest: (lines) => parser.firstRequest(lines),
    read(to, onProgress) {
      pushBytes(path, from, to, parser, onProgress);
      parser.end();
      return {
        partial,
        report: parser.report(),
        dependsOnNeighbours: parser.dependsOnNeighbours() || isFull(partial.names),
      };
    },
  };
}

/** Of more names the first ones are kept: which those are, only a reader of the whole can tell. */
export const isFull = ({ routes, workers, threads }: Names): boolean =>
  routes.size >= MAX_ROUTES || workers.size >= MAX_NAMES || threads.size >= MAX_NAMES;

function pushBytes(
  path: string,
  from: number,
  to: number,
  parser: LogParser,
  onProgress?: (bytes: number) => void,
): void {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    for (let at = from; at < to; ) {
      const bytes = readSync(file, buffer, 0, Math.min(BUFFER_BYTES, to - at), at);
      if (bytes === 0) break;
      parser.push(buffer.subarray(0, bytes));
      at += bytes;
      onProgress?.(bytes);
    }
  } finally {
    closeSync(file);
  }
}
