/** Reads byte ranges of saved logs back into rows, for a replay whose log does not fit into memory. */
import { open } from 'node:fs/promises';
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import { BatchNormaliser, type RequestTable } from '../core/table.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { LogParser } from '../ingest/parser.ts';
import { readHead } from '../ingest/read-head.ts';
import type { ByteRange } from './block-index.ts';
import { RowStore } from './row-store.ts';

export interface WindowLoaderOptions {
  readonly paths: readonly string[];
  readonly names: Names;
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped within it are wanted. */
  readonly timeWindow?: TimeWindow | null;
  /** Renames the workers of rows as in the whole log. */
  readonly named: (rows: RequestTable) => RequestTable;
}

const CHUNK = 1 << 20;
/** Head of the file in which the formats are detected, as when the whole log was read. */
const HEAD_BYTES = 1 << 18;

/** Parsers to keep with their detected formats: detection takes as long as reading a screenful. */
const PARSERS_KEPT = 16;

export class WindowLoader {
  readonly #options: WindowLoaderOptions;
  /** By input, the most recently used last. */
  readonly #parsers = new Map<number, LogParser>();
  /** Receives the rows that are being read. */
  #store = new RowStore();

  constructor(options: WindowLoaderOptions) {
    this.#options = options;
  }

  /**
   * Calls must not overlap. `slotsPerWorker`: requests that a worker may run at once, which may be drawn side by side. `isWanted` is asked
   * before each piece; once it says no, the rest is skipped.
   */
  async load(
    ranges: readonly ByteRange[],
    slotsPerWorker: number,
    isWanted: () => boolean = () => true,
  ): Promise<RowStore> {
    const store = new RowStore();
    store.slotsPerWorker = slotsPerWorker;
    this.#store = store;
    for (const range of ranges) if (isWanted()) await this.#loadRange(range, isWanted);
    return store;
  }

  async #loadRange({ source, from, to }: ByteRange, isWanted: () => boolean): Promise<void> {
    const parser = await this.#parserFor(source, from);
    const file = await open(this.#options.paths[source], 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, to - from));
      for (let at = from; at < to && isWanted(); ) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
        if (bytesRead === 0) break;
        parser.push(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
      parser.end();
    } finally {
      await file.close();
    }
    // What the parser has learned here may not hold elsewhere.
    if (parser.dependsOnNeighbours()) return;
    this.#parsers.set(source, parser);
    if (this.#parsers.size > PARSERS_KEPT) this.#parsers.delete(this.#parsers.keys().next().value as number);
  }

  async #parserFor(source: number, from: number): Promise<LogParser> {
    const known = this.#parsers.get(source);
    if (known) {
      this.#parsers.delete(source);
      known.startAt(from);
      return known;
    }
    const { paths, names, formats, timezone, logFormat, timeWindow, named } = this.#options;
    const normaliser = new BatchNormaliser();
    const { head } = await readHead(paths[source], HEAD_BYTES);
    return createParser({
      path: paths[source],
      source,
      names,
      formats,
      sink: {
        batch: (batch) => this.#store.add(named(normaliser.rowsOf(batch)), batch.facts),
        // Lifecycle events were read with the whole log.
        lifecycle: () => {},
      },
      range: { from, head },
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
      ...(timeWindow ? { window: timeWindow } : {}),
    });
  }
}
