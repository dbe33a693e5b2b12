/** A plan reads one kind of line: a compiled scanner, the facts that hold for its rows, and the batch it fills. */
import { createBatch, type RequestBatch, type StreamFacts } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import type { Scanner } from './compile/generate.ts';
import type { Token } from './compile/layout.ts';

export interface Plan {
  readonly format: LogFormat;
  readonly layout: string;
  readonly tokens: readonly Token[];
  readonly scan: Scanner;
  readonly batch: RequestBatch;
  /** Share of the sampled lines it took, less what another format took as well. */
  readonly confidence: number;
  /** Rows it has given. */
  requests: number;
}

/** Rows a batch holds: 70 bytes each, so that a batch stays in the cache. */
export const BATCH_ROWS = 1024;

/** The columns a layout does not fill are set here once and never touched. */
export function blankBatch(facts: StreamFacts, source: number): RequestBatch {
  const batch = createBatch(BATCH_ROWS, facts, source);
  for (const column of [batch.time, batch.duration, batch.wait, batch.arrival, batch.bytes]) column.fill(Number.NaN);
  for (const column of [batch.worker, batch.thread, batch.route]) column.fill(-1);
  return batch;
}
