/** Bytes of one input → rows and events: cuts them into lines, whatever the chunks, and hands the lines to a router. */
import type { Names, RequestBatch } from '../core/batch.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { behindHole, returnsAsNewlines } from './bytes.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import { type InputReport, summaryOfReport } from './input-report.ts';
import { createKernelMemory } from './kernel/memory.ts';
import type { IngestSink, LogParser } from './parser.ts';
import { Router } from './router.ts';
import { type LeftOut, WindowFilter } from './window-filter.ts';
import { createZone } from './zone.ts';

export interface ParserOptions {
  /** Named in the report. */
  readonly path: string;
  /** Index of the input, put on every batch and event. */
  readonly source: number;
  readonly names: Names;
  readonly sink: IngestSink;
  /** Zone of stamps without one: IANA name, "UTC" or "+05:30"; default local. */
  readonly timezone?: string;
  /** "gunicorn:%(h)s …" */
  readonly logFormat?: string;
  /** Live: lines without a time get the time of their arrival. */
  readonly arrivalClock?: Clock;
  readonly formats?: readonly LogFormat[];
  /** Only requests stamped in it are wanted. */
  readonly window?: TimeWindow;
  /** Much will come: lines are read by kernels where they can be. What is read is the same. */
  readonly bulk?: boolean;
  /** No more bytes than these will come; default: unknown. */
  readonly mostBytes?: number;
  /** A range of a larger input: where it starts, and the input's head, by which the formats are found as by the whole. */
  readonly range?: { readonly from: number; readonly head: Uint8Array };
}

/** A line of this many bytes or more is skipped and counted. */
const MAX_LINE_BYTES = 1 << 20;
const FIRST_BUFFER_BYTES = 1 << 13;
/** In a shorter input the first kernel takes longer to make, some ms, than it saves. */
const KERNELS_PAY_BYTES = 1 << 18;
/** Input is copied in pieces that stay in the cache. */
const PIECE_BYTES = 1 << 17;

/** @throws UserError for an unknown time zone or a log format that cannot be read */
export function createParser(options: ParserOptions): LogParser {
  const clock = options.arrivalClock ?? systemClock;
  let muted = false;
  const filter = options.window ? new WindowFilter(options.window, options.sink) : null;
  const wanted = filter ?? options.sink;
  const sink: IngestSink = {
    batch: (batch) => muted || wanted.batch(batch),
    lifecycle: (event) => muted || wanted.lifecycle(event),
    ...(options.sink.retold && !filter
      ? { retold: (batch: RequestBatch) => muted || options.sink.retold?.(batch) }
      : {}),
    ...(options.sink.dropRoutes ? { dropRoutes: () => options.sink.dropRoutes?.() ?? false } : {}),
  };
  const { mostBytes = Number.POSITIVE_INFINITY } = options;
  // A last line without newline gets one.
  const bufferBytes = Math.min(MAX_LINE_BYTES, mostBytes + 1) + SLACK_BYTES;
  const memory = options.bulk && mostBytes >= KERNELS_PAY_BYTES ? createKernelMemory(bufferBytes) : null;
  // Without kernels it is as large as what comes at once: there may be thousands of small logs.
  let b = memory?.bytes(bufferBytes) ?? Buffer.alloc(Math.min(bufferBytes, FIRST_BUFFER_BYTES));
  let v = new DataView(b.buffer, b.byteOffset, b.length);
  const router = new Router({
    kernels: memory && { memory, b, v },
    source: options.source,
    names: options.names,
    sink,
    formats: options.formats ?? [],
    logFormat: options.logFormat ?? null,
    zone: createZone(options.timezone),
    zoneGiven: options.timezone !== undefined,
    arrivalClock: options.arrivalClock ?? null,
    nowMicros: () => clock.nowMicros(),
    maxLineBytes: MAX_LINE_BYTES,
  });
  const { tally } = router;

  /** Bytes of `b` in use, and the offset in the input of b[0]. */
  let filled = 0;
  let base = 0;
  let skipping = false;
  let hasNewlines = false;

  /** Makes room for so many more bytes. */
  const makeRoom = (bytes: number) => {
    const needed = filled + bytes + SLACK_BYTES;
    if (needed <= b.length) return;
    const wider = Buffer.alloc(Math.min(bufferBytes, Math.max(needed, 2 * b.length)));
    b.copy(wider, 0, 0, filled);
    b = wider;
    v = new DataView(b.buffer, b.byteOffset, b.length);
  };

  /** Bytes that begin no line are forgotten. */
  const drop = (bytes: number) => {
    b.copyWithin(0, bytes, filled);
    base += bytes;
    filled -= bytes;
  };

  const wholeLines = () => {
    const newline = filled === 0 ? -1 : b.lastIndexOf(10, filled - 1);
    hasNewlines ||= newline >= 0;
    const isOfReturns = !hasNewlines && filled >= PIECE_BYTES;
    const last = isOfReturns ? returnsAsNewlines(b, filled) : newline;
    // Of a hole without end one byte is kept: what follows shows what it is.
    if (last < 0 && filled >= PIECE_BYTES && b[0] === 0) drop(behindHole(b, 0, filled) || filled - 1);
    if (last < 0) return;
    router.lines(b, v, last + 1, base);
    drop(last + 1);
  };

  /** The line that fills the buffer goes on: forget it, up to its newline. */
  const skipLine = () => {
    tally.lines++;
    tally.reject(tally.lines, b.toString('utf8', 0, 200), `longer than ${MAX_LINE_BYTES >> 20} MiB: skipped`);
    base += filled;
    filled = 0;
    skipping = true;
  };

  const push = (chunk: Uint8Array) => {
    let at = 0;
    while (at < chunk.length) {
      if (skipping) {
        const newline = chunk.indexOf(10, at);
        const to = newline < 0 ? chunk.length : newline + 1;
        base += to - at;
        at = to;
        skipping = newline < 0;
        continue;
      }
      const size = Math.min(chunk.length - at, PIECE_BYTES, MAX_LINE_BYTES - filled);
      makeRoom(size);
      b.set(chunk.subarray(at, at + size), filled);
      at += size;
      filled += size;
      wholeLines();
      if (filled === MAX_LINE_BYTES) skipLine();
    }
  };

  const pull: LogParser['pull'] = (read) => {
    if (skipping) {
      makeRoom(PIECE_BYTES);
      const size = read(b, 0, PIECE_BYTES);
      push(Buffer.from(b.subarray(0, size)));
      return size;
    }
    const most = Math.min(PIECE_BYTES, MAX_LINE_BYTES - filled);
    makeRoom(most);
    const size = read(b, filled, most);
    filled += size;
    wholeLines();
    if (filled === MAX_LINE_BYTES) skipLine();
    return size;
  };

  let begin = 0;
  if (options.range) {
    muted = true;
    push(options.range.head);
    router.flush();
    router.forgetLines();
    muted = false;
    filled = 0;
    skipping = false;
    begin = base = options.range.from;
  }
  const knownPlans = router.plans.length;

  const inputReport = (): InputReport => {
    const report = router.report(base + filled - begin);
    return filter ? without(report, filter.leftOut) : report;
  };

  return {
    push,
    pull,
    startAt(offset) {
      router.startElsewhere();
      begin = base = offset;
    },
    flush: () => router.flush(),
    end() {
      if (filled > 0) {
        if (!hasNewlines) returnsAsNewlines(b, filled);
        makeRoom(1);
        b[filled] = 10;
        filled++;
        wholeLines();
        base--;
      }
      router.end();
    },
    cutOff(sentence) {
      tally.assumptions.add(sentence);
      if (filled > 0) {
        tally.lines++;
        tally.reject(tally.lines, b.toString('utf8', 0, Math.min(200, filled)), 'cut off: the input ends in it');
      }
      base += filled;
      filled = 0;
    },
    leftOut: () => filter?.leftOut ?? null,
    report: () => summaryOfReport(options.path, inputReport()),
    inputReport,
    firstBorder: (lines) => router.firstBorder(lines),
    dependsOnNeighbours: () => router.plans.length !== knownPlans || router.holds,
  };
}

/** Without what was read and is not wanted. */
const without = (report: InputReport, { requests, lifecycle }: LeftOut): InputReport => ({
  ...report,
  counts: {
    ...report.counts,
    lines: report.counts.lines - requests - lifecycle,
    requests: report.counts.requests - requests,
    lifecycle: report.counts.lifecycle - lifecycle,
  },
});
