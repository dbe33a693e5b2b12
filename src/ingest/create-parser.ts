/** Reads one input: cuts its bytes into lines, however they come in chunks, and passes the lines to a router, which makes rows and events. */
import type { Names, RequestBatch } from '../core/batch.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { behindHole, returnsAsNewlines } from './bytes.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import { FirstLines, readAlike } from './first-lines.ts';
import { type InputReport, summaryOfReport } from './input-report.ts';
import type { KernelInput } from './kernel/compile.ts';
import { createKernelMemory } from './kernel/memory.ts';
import type { IngestSink, LogParser } from './parser.ts';
import { Router } from './router.ts';
import { type LeftOut, WindowFilter } from './window-filter.ts';
import { createZone } from './zone.ts';

export interface ParserOptions {
  /** Name of the input in the report. */
  readonly path: string;
  /** Index of the input, set on every batch and event. */
  readonly source: number;
  readonly names: Names;
  readonly sink: IngestSink;
  /** Zone of stamps without one: IANA name, "UTC" or "+05:30"; default: the local zone. */
  readonly timezone?: string;
  /** Format given by the user: "gunicorn:%(h)s …" */
  readonly logFormat?: string;
  /** For live reading: lines without a time get that of their arrival. */
  readonly arrivalClock?: Clock;
  readonly formats?: readonly LogFormat[];
  /** Only requests with stamps in this window are wanted. */
  readonly window?: TimeWindow;
  /** Much will come, so lines are read by kernels where possible. The result is the same. */
  readonly bulk?: boolean;
  /** At most so many bytes will come; default: unknown. */
  readonly mostBytes?: number;
  /** For a range of a larger input: where it starts, and the input's head, so that the same formats are found as in the whole. */
  readonly range?: { readonly from: number; readonly head: Uint8Array };
}

/** A line of at least so many bytes is skipped and counted. */
const MAX_LINE_BYTES = 1 << 20;
const FIRST_BUFFER_BYTES = 1 << 13;
/** In a shorter input, making the first kernel takes some ms longer than it saves. */
const KERNELS_PAY_BYTES = 1 << 18;
/** Input is copied in pieces that fit into the cache. */
const PIECE_BYTES = 1 << 17;

/** @throws UserError for an unknown time zone or an unreadable log format */
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
  // One byte more, as a last line without newline gets one.
  const bufferBytes = Math.min(MAX_LINE_BYTES, mostBytes + 1) + SLACK_BYTES;
  const memory = options.bulk && mostBytes >= KERNELS_PAY_BYTES ? createKernelMemory(bufferBytes) : null;
  // Without kernels the buffer only grows to what comes at once: there may be thousands of small logs.
  let b = memory?.bytes(bufferBytes) ?? Buffer.alloc(Math.min(bufferBytes, FIRST_BUFFER_BYTES));
  let v = new DataView(b.buffer, b.byteOffset, b.length);
  const newRouter = (to: IngestSink, names: Names, kernels: KernelInput | null) =>
    new Router({
      kernels,
      source: options.source,
      names,
      sink: to,
      formats: options.formats ?? [],
      logFormat: options.logFormat ?? null,
      zone: createZone(options.timezone),
      zoneGiven: options.timezone !== undefined,
      arrivalClock: options.arrivalClock ?? null,
      nowMicros: () => clock.nowMicros(),
      maxLineBytes: MAX_LINE_BYTES,
    });
  const kernels = memory && { memory, b, v };
  let router = newRouter(sink, options.names, kernels);
  const firstLines = options.arrivalClock && options.sink.withdraw ? new FirstLines() : null;

  /** Bytes of `b` in use, and the offset of b[0] in the input. */
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

  /** Drops so many bytes at the beginning of the buffer. */
  const drop = (bytes: number) => {
    b.copyWithin(0, bytes, filled);
    base += bytes;
    filled -= bytes;
  };

  /** Reads the first lines once more: they may show more together than they did one by one. */
  const lookAgain = (first: FirstLines) => {
    const trial = newRouter({ batch: () => {}, lifecycle: () => {} }, createNames(), null);
    first.readBy(trial);
    const isAsMany = router.tally.requests === trial.tally.requests;
    if (isAsMany && readAlike(router.plansMade, trial.plansMade)) return;
    options.sink.withdraw?.(options.source);
    let isAgain = true;
    const again: IngestSink = {
      ...sink,
      batch(batch) {
        if (isAgain && batch.facts.stampMeaning === 'arrival') {
          for (let row = 0; row < batch.length; row++) batch.time[row] = first.arrivalOf(batch.offset[row]);
        }
        sink.batch(batch);
      },
      // What the servers said of themselves was passed on before.
      lifecycle: (event) => isAgain || sink.lifecycle(event),
    };
    router = newRouter(again, options.names, kernels);
    first.readBy(router);
    isAgain = false;
  };

  /** Keeps the first of the whole lines in b[0, limit). If there is no room for all, reads those that it keeps. @returns how many bytes it read */
  const readFirst = (first: FirstLines, limit: number): number => {
    const kept = first.add(b, limit, base, clock.nowMicros());
    if (kept === limit) return 0;
    router.lines(b, v, kept, base);
    drop(kept);
    router.flush();
    if (first.isDue(router, true)) lookAgain(first);
    first.close();
    return kept;
  };

  const wholeLines = () => {
    const newline = filled === 0 ? -1 : b.lastIndexOf(10, filled - 1);
    hasNewlines ||= newline >= 0;
    const isOfReturns = !hasNewlines && filled >= PIECE_BYTES;
    const last = isOfReturns ? returnsAsNewlines(b, filled) : newline;
    // Of a hole of NULs that has not ended, one byte is kept: what follows shows whether it is one.
    if (last < 0 && filled >= PIECE_BYTES && b[0] === 0) drop(behindHole(b, 0, filled) || filled - 1);
    if (last < 0) return;
    const read = firstLines?.isOpen ? readFirst(firstLines, last + 1) : 0;
    router.lines(b, v, last + 1 - read, base);
    drop(last + 1 - read);
  };

  /** Skips the line that fills the buffer, up to its newline. */
  const skipLine = () => {
    firstLines?.close();
    const { tally } = router;
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
    flush() {
      router.flush();
      if (firstLines?.isDue(router, false)) lookAgain(firstLines);
    },
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
      filter?.end();
    },
    cutOff(sentence) {
      const { tally } = router;
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

/** The report without the requests and events that lie outside the window. */
const without = (report: InputReport, { requests, lifecycle }: LeftOut): InputReport => ({
  ...report,
  counts: {
    ...report.counts,
    lines: report.counts.lines - requests - lifecycle,
    requests: report.counts.requests - requests,
    lifecycle: report.counts.lifecycle - lifecycle,
  },
});
