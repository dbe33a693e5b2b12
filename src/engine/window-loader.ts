/** Reads ranges of bytes of saved logs back into rows: the window of a replay whose log does not fit into memory. */
import { open } from 'node:fs/promises';
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import { BatchNormaliser, type RequestTable } from '../core/table.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { createParser } from '../ingest/create-parser.ts';
import { readHead } from '../ingest/read-head.ts';
import type { ByteRange } from './block-index.ts';
import { RowStore } from './row-store.ts';

export interface WindowLoaderOptions {
  /** Requests that a worker may run at once: what may lie side by side. */
  readonly slotsPerWorker: number;
  readonly paths: readonly string[];
  readonly names: Names;
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only requests stamped in it are wanted. */
  readonly timeWindow?: TimeWindow | null;
  /** Rows with their workers under the names that the whole log has for them. */
  readonly named: (rows: RequestTable) => RequestTable;
  /** Asked before each piece: what is read may not be wanted any more. Then the rest is left out. */
  readonly isWanted?: () => boolean;
}

const CHUNK = 1 << 20;
/** By these the formats are found, as they were when the whole log was read. */
const HEAD_BYTES = 1 << 18;

export async function loadRanges(ranges: readonly ByteRange[], options: WindowLoaderOptions): Promise<RowStore> {
  const store = new RowStore();
  store.slotsPerWorker = options.slotsPerWorker;
  for (const range of ranges) await loadRange(range, store, options);
  return store;
}

async function loadRange(
  { source, from, to }: ByteRange,
  store: RowStore,
  options: WindowLoaderOptions,
): Promise<void> {
  const { paths, names, formats, timezone, logFormat, timeWindow, named, isWanted = () => true } = options;
  if (!isWanted()) return;
  const normaliser = new BatchNormaliser();
  const { head } = await readHead(paths[source], HEAD_BYTES);
  const parser = createParser({
    path: paths[source],
    source,
    names,
    formats,
    sink: {
      batch: (batch) => store.add(named(normaliser.rowsOf(batch)), batch.facts),
      // Lifecycle was read when the whole log was.
      lifecycle: () => {},
    },
    range: { from, head },
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(timeWindow ? { window: timeWindow } : {}),
  });
  const file = await open(paths[source], 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = from; at < to && isWanted(); ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK, to - at), at);
      if (bytesRead === 0) break;
      parser.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    parser.end();
  } finally {
    await file.close();
  }
}
