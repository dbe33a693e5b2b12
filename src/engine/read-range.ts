/** Ranges of a large file into partials: the work of one thread. */
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

/** How far a request line is looked for behind the place of a cut. */
const SEARCH_BYTES = 1 << 18;

/** A file, and all that decides how its lines are read. */
export interface RangeSource {
  /** Its descriptor, which all threads share: whatever becomes of the name meanwhile, they read one file. */
  readonly file: number;
  /** Named in the report. */
  readonly path: string;
  /** Index of the input. */
  readonly source: number;
  /** Byte at which the first range begins, the start of a line. */
  readonly from: number;
  /** The file's first bytes: the formats are found in them, so that every range is read alike. */
  readonly head: Uint8Array;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped in it are wanted. */
  readonly window?: TimeWindow;
}

export interface RangeResult {
  /** Byte of the file at which the range begins. */
  readonly from: number;
  readonly partial: Partial;
  readonly report: InputReport;
  /** true: the range cannot be read on its own exactly as within its file. */
  readonly dependsOnNeighbours: boolean;
}

interface Reader {
  readonly partial: Partial;
  readonly parser: LogParser;
}

/** What is parsed goes into a partial. */
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

/** The first place at or behind one of the file at which a range may begin, by the formats of the head; -1 when there is none near. */
function findCut(file: number, near: number, parser: LogParser): number {
  const piece = bytesAt(file, near, SEARCH_BYTES);
  const newline = piece.indexOf(10);
  const first = newline < 0 ? -1 : parser.firstBorder(piece.subarray(newline + 1));
  return first < 0 ? -1 : near + newline + 1 + first;
}

/**
 * Reads ranges as long as there are some, the range that is this reader's already first. Gives each when it is read; false stops.
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
    // The head may tell that no range can be read alone.
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

/** @returns the byte behind it */
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

/** Of more names the first ones are kept: which those are, only a reader of the whole can tell. */
export const isFull = ({ workers, threads }: Names): boolean => workers.size >= MAX_NAMES || threads.size >= MAX_NAMES;
