/** Runs a parser on a text, and returns its rows and events as plain objects. */

import { formats } from '../../parsers/index.ts';
import type { RequestBatch } from '../../src/core/batch.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { LogFormat } from '../../src/core/format.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import { createNames } from '../../src/core/names.ts';
import type { InputSummary } from '../../src/core/summary.ts';
import { isoInstant } from '../../src/core/time.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

export interface Row {
  readonly format: string;
  readonly meaning: string | null;
  readonly time: string | null;
  readonly duration: number | null;
  readonly wait: number | null;
  readonly arrival: string | null;
  readonly worker: string | null;
  readonly thread: string | null;
  readonly route: string | null;
  readonly client: number;
  readonly status: number;
  readonly bytes: number | null;
  readonly offset: number;
}

export interface Parsed {
  readonly rows: Row[];
  readonly events: LifecycleEvent[];
  readonly report: InputSummary;
}

export interface ParseOptions {
  readonly chunkBytes?: number;
  /** Default: UTC; null: the option is not given. */
  readonly timezone?: string | null;
  readonly logFormat?: string;
  readonly arrivalClock?: Clock;
  readonly formats?: readonly LogFormat[];
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

export function parse(input: string | Uint8Array, options: ParseOptions = {}): Parsed {
  const names = createNames();
  const rows: Row[] = [];
  const events: LifecycleEvent[] = [];
  const { chunkBytes, timezone = 'UTC', ...rest } = options;
  const parser = createParser({
    path: 'test.log',
    source: 0,
    names,
    formats,
    ...(timezone === null ? {} : { timezone }),
    ...rest,
    sink: {
      batch(batch: RequestBatch) {
        for (let i = 0; i < batch.length; i++) {
          rows.push({
            format: batch.facts.format,
            meaning: batch.facts.stampMeaning,
            time: isoInstant(batch.time[i]),
            duration: orNull(batch.duration[i]),
            wait: orNull(batch.wait[i]),
            arrival: isoInstant(batch.arrival[i]),
            worker: batch.worker[i] < 0 ? null : names.workers.text(batch.worker[i]),
            thread: batch.thread[i] < 0 ? null : names.threads.text(batch.thread[i]),
            route: batch.route[i] < 0 ? null : names.routes.text(batch.route[i]),
            client: batch.client[i],
            status: batch.status[i],
            bytes: orNull(batch.bytes[i]),
            offset: batch.offset[i],
          });
        }
      },
      lifecycle: (event) => events.push(event),
    },
  });
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
  const step = chunkBytes ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += step) parser.push(bytes.subarray(at, at + step));
  parser.end();
  return { rows, events, report: parser.report() };
}
