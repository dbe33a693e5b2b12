/** Reads ranges of a large file into partials: the work of one thread. */
import { readSync } from 'node:fs';
import { Partial } from '../analysis/partial.ts';
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { MAX_NAMES } from '../ingest/compile/runtime.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { InputReport } from '../ingest/input-report.ts';
import type { IngestSink, LogParser } from '../ingest/parser.ts';
import { bytesAt } from './plain-file.ts';
import type { SharedRanges } from './shared-ranges.ts';

/** Bytes after the place of a cut in which a request line is looked for. */
const SEARCH_BYTES = 1 << 18;

/** A file, and everything that determines how its lines are read. */
export interface RangeSource {
  /** File descriptor, shared by all threads: they read the same file whatever happens to its name. */
  readonly file: number;
  /** For the report. */
  readonly path: string;
  /** Index of the input. */
  readonly source: number;
  /** Byte at which the first range begins; the start of a line. */
  readonly from: number;
  /** The first bytes of the file, in which the formats are detected, so that every range is read in the same way. */
  readonly head: Uint8Array;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped within it are wanted. */
  readonly window?: TimeWindow;
}

export interface RangeResult {
  /** Byte of the file at which the range begins. */
  readonly from: number;
  readonly partial: Partial;
  readonly report: InputReport;
  /** true: read on its own, the range does not give exactly what it gives within its file. */
  readonly dependsOnNeighbours: boolean;
}

interface Reader {
  readonly partial: Partial;
  readonly parser: LogParser;
}

/** Puts everything that is parsed into a partial. */
export const sinkOf = (partial: Partial): IngestSink => ({
  batch: (batch) => partial.batch(batch),
  lifecycle: (event) => partial.event(event),
  dropRoutes() {
    partial.dropRoutes();
    return true;
  },
});

function createReader(start: RangeSource, formats: readonly LogFormat[]): Reader {
  const partial = new Partial(createNames(Number.POSITIVE_INFINITY));
  const { path, source, from, head, timezone, logFormat, window } = start;
  const parser = createParser({
    path,
    source,
    names: partial.names,
    formats,
    sink: sinkOf(partial),
    range: { from, head },
    bulk: true,
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(window ? { window } : {}),
  });
  return { partial, parser };
}

/** The first byte from `near` on at which a range may begin, according to the formats of the head; -1 if there is none close by. */
function findCut(file: number, near: number, parser: LogParser): number {
  const piece = bytesAt(file, near, SEARCH_BYTES);
  const newline = piece.indexOf(10);
  const first = newline < 0 ? -1 : parser.firstBorder(piece.subarray(newline + 1));
  return first < 0 ? -1 : near + newline + 1 + first;
}

/**
 * Reads ranges until there are none left, starting with the one that already belongs to this reader, if any. `give` is called with each; if
 * it returns false, reading stops.
 * @throws the file system's errors
 */
export function readRanges(
  start: RangeSource,
  formats: readonly LogFormat[],
  shared: SharedRanges,
  reader: number,
  give: (result: RangeResult) => boolean,
  onProgress?: () => void,
): void {
  if (!shared.join(reader)) return;
  const { file } = start;
  let has = reader === 0;
  while (has || shared.isWorthSplitting) {
    const { partial, parser } = createReader(start, formats);
    let { from } = start;
    if (!has) {
      const cut = shared.split(reader, (near) => findCut(file, near, parser));
      if (cut === null) return;
      from = cut;
    }
    has = false;
    parser.startAt(from);
    // The head may show that ranges of this file cannot be read on their own.
    const to = parser.dependsOnNeighbours()
      ? from
      : readRange(file, from, parser, () => shared.advance(reader), onProgress);
    parser.flush();
    const isCut = to < shared.state.end && parser.dependsOnNeighbours();
    parser.end();
    const dependsOnNeighbours = isCut || parser.dependsOnNeighbours() || isFull(partial.names);
    if (!give({ from, partial, report: parser.inputReport(), dependsOnNeighbours })) return;
  }
}

/** @returns the byte at which the range ends */
function readRange(
  file: number,
  from: number,
  parser: LogParser,
  advance: () => { to: number; last: boolean },
  onProgress?: () => void,
): number {
  for (let at = from; ; ) {
    const { to, last } = advance();
    while (at < to) {
      const bytes = parser.pull((b, place, most) => readSync(file, b, place, Math.min(most, to - at), at));
      if (bytes === 0) return at;
      at += bytes;
    }
    if (last) return at;
    onProgress?.();
  }
}

/** true: only the first names are kept, and only a reader of the whole file knows which those are. */
export const isFull = ({ workers, threads }: Names): boolean => workers.size >= MAX_NAMES || threads.size >= MAX_NAMES;
