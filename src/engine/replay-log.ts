/** Reads a saved log for a replay: everything into a partial, the first requests as rows, and an index of the rest. */
import { open } from 'node:fs/promises';
import { joinInput } from '../analysis/join-input.ts';
import { logsInARow, pathOfLog } from '../analysis/logs-in-a-row.ts';
import { Partial as LogPartial } from '../analysis/partial.ts';
import { type Assumption, withAssumptions } from '../analysis/side-by-side.ts';
import { Timeline, type TimelineView } from '../analysis/timeline.ts';
import type { LogFormat } from '../core/format.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Reading } from '../core/snapshot.ts';
import type { InputSummary } from '../core/summary.ts';
import { BatchNormaliser, type RequestTable } from '../core/table.ts';
import type { AskedWindow, TimeWindow } from '../core/time-window.ts';
import { createParser } from '../ingest/create-parser.ts';
import { COMPRESSION_HEAD_BYTES, compressionOf } from '../ingest/decompress.ts';
import type { LogParser } from '../ingest/parser.ts';
import { readInput } from '../ingest/read-input.ts';
import { BlockIndex } from './block-index.ts';
import { NamedServers } from './named-servers.ts';
import { statOf } from './plain-file.ts';
import { RowStore } from './row-store.ts';
import { findPlace } from './time-place.ts';
import { requireRequests, resolveWindow, withWindow } from './window.ts';

export interface ReplayLogOptions {
  readonly paths: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Only this time range of the logs is wanted. */
  readonly window?: AskedWindow | null;
  /** Called with a sentence about an input that is cut off or damaged; what comes before that place counts. */
  readonly onDamage?: (sentence: string) => void;
}

/** The first requests are held: all of a small log; of a large one enough to start playing. */
const FIRST_ROWS = 40_000;

/** What has been read so far. */
export interface SeenOfLog {
  readonly requests: number;
  /** First and last instant, µs since 1970 UTC. */
  readonly from: number;
  readonly to: number;
  readonly timeline: TimelineView;
  readonly lifecycle: readonly LifecycleEvent[];
}

export class ReplayLog {
  /** Everything that was read, except the input that is being read. */
  partial = new LogPartial();
  readonly blocks = new BlockIndex();
  /** The first requests of the log. */
  readonly first = new RowStore();
  readonly #options: ReplayLogOptions;
  readonly #parsers: LogParser[] = [];
  readonly #assumptions: Assumption[] = [];
  readonly #servers = new NamedServers(this.partial.names);
  /** The input that is being read; only when it is complete is it known whether another server wrote it. */
  #input = this.partial;
  /** Bytes read so far, and bytes in all (NaN: a stream without a known end). */
  bytes = 0;
  total = 0;
  #stopped = false;
  /** The wanted time range; null: all, or not resolved yet. */
  window: TimeWindow | null = null;

  constructor(options: ReplayLogOptions) {
    this.#options = options;
  }

  /** true: there are more requests than are held. */
  get isLarge(): boolean {
    return !this.partial.retained.complete || (this.#input !== this.partial && !this.#input.retained.complete);
  }

  reading(caughtUp: boolean): Reading {
    return { bytes: this.bytes, total: this.total, skipped: 0, caughtUp };
  }

  seen(): SeenOfLog {
    const { partial } = this;
    const rest = this.#input === partial ? null : this.#input;
    const { timeline } = partial;
    if (!rest) {
      const { requests, first: from, last: to, lifecycle } = partial;
      return { requests, from, to, timeline: timeline.view(), lifecycle: [...lifecycle] };
    }
    const both = new Timeline();
    for (const one of [timeline, rest.timeline]) both.merge(one.view());
    return {
      requests: partial.requests + rest.requests,
      from: Math.min(partial.first, rest.first),
      to: Math.max(partial.last, rest.last),
      timeline: both.view(),
      lifecycle: [...partial.lifecycle, ...rest.lifecycle],
    };
  }

  /** Renames the workers of rows of one input as in the whole log. */
  readonly named = (rows: RequestTable): RequestTable => this.#servers.ofRows(rows);

  get inputs(): InputSummary[] {
    const reports = this.#parsers.map((parser) => parser.report());
    const inputs = withAssumptions(reports, this.#assumptions);
    return this.window ? withWindow(inputs, this.window) : inputs;
  }

  /** Reads everything; `progress` is called after every piece. @throws UserError when an input cannot be read */
  async read(progress: () => void): Promise<void> {
    const { paths, formats, timezone, logFormat, onDamage } = this.#options;
    const reading = {
      formats,
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
    };
    const window = this.#options.window ? await resolveWindow(paths, this.#options.window, reading) : null;
    this.window = window;
    for (const [source, path] of paths.entries()) {
      const input = source === 0 ? this.partial : new LogPartial(this.partial.names);
      this.#input = input;
      const normaliser = new BatchNormaliser();
      const place = window && findPlace(path, window, reading);
      const parser = createParser({
        path,
        source,
        names: this.partial.names,
        sink: {
          batch: (batch) => {
            const rows = normaliser.rowsOf(batch);
            input.rows(rows, batch.facts);
            this.blocks.add(rows);
            if (this.first.length < FIRST_ROWS) this.first.add(rows, batch.facts);
          },
          lifecycle: (event) => input.event(event),
        },
        bulk: true,
        ...reading,
        ...(window ? { window } : {}),
        ...(place ? { range: place } : {}),
      });
      this.#parsers.push(parser);
      const before = this.bytes;
      const beforeTotal = this.total;
      await readInput(path, parser, {
        onProgress: (read, size) => {
          if (this.#stopped) throw new Error('nobody waits for the rest');
          // Passes on rows before a batch is full, because the screen waits for them.
          if (this.first.length < FIRST_ROWS) parser.flush();
          this.bytes = before + read;
          this.total = beforeTotal + (size ?? Number.NaN);
          progress();
        },
        ...(place ? { bytes: place } : {}),
        ...(onDamage ? { onDamage } : {}),
      });
      this.#join(source);
    }
    if (window) requireRequests(this.inputs, window);
    this.blocks.complete();
  }

  /** Joins the input that has just been read to the partial. */
  #join(source: number): void {
    const input = this.#input;
    const row = logsInARow(input);
    if (row) this.#assumptions.push({ source, sentence: row.sentence });
    const logs = row?.logs ?? [{ log: input, from: 0 }];
    const { paths } = this.#options;
    const before = paths.slice(0, source).map((path) => ({ path }));
    logs.forEach(({ log, from }, k) => {
      const path = pathOfLog(paths[source], k);
      if (before.length === 0) this.partial = log;
      else {
        const server = joinInput(this.partial, log, path, before, 0);
        if (server !== null || from > 0) this.#servers.add(source, server, from);
      }
      before.push({ path });
    });
    this.#input = this.partial;
    if (this.#servers.has(source))
      this.first.rename(source, (worker, offset) => this.#servers.workerOf(source, worker, offset));
  }

  /** Stops reading; `read` rejects. */
  stop(): void {
    this.#stopped = true;
  }

  /** true: lines can be read again by their offsets, so no input is compressed or a stream. */
  async isAddressable(): Promise<boolean> {
    for (const path of this.#options.paths) {
      // Checked before opening: opening and closing a named pipe would make it lose its writer.
      const file = statOf(path)?.isFile() ? await open(path, 'r').catch(() => null) : null;
      if (!file) return false;
      try {
        const head = Buffer.alloc(COMPRESSION_HEAD_BYTES);
        await file.read(head, 0, head.length, 0);
        if (compressionOf(head)) return false;
      } finally {
        await file.close();
      }
    }
    return true;
  }
}
