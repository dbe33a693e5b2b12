/** Bytes of one input → rows and events: splits lines, detects formats, hands each line to the plan that takes it. */
import type { Names, RequestBatch } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { systemClock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import { printable } from '../core/text.ts';
import { createRuntime } from './compile/runtime.ts';
import { detect } from './detect/detect.ts';
import { HeldLines } from './held-lines.ts';
import { createServerLines } from './lifecycle-lines.ts';
import type { IngestSink, LogParser } from './parser.ts';
import type { Plan } from './plan.ts';
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
}

/** A line of this many bytes or more is skipped and counted. */
export const MAX_LINE_BYTES = 1 << 20;
const PIECE_BYTES = 1 << 17;
/** Readable bytes behind every line: scanners look ahead by words. */
const SLACK_BYTES = 256;
const EXAMPLES = 5;

/** How many undecided lines are held until formats are looked for: many at the start, few later on. */
const FIRST_SAMPLE = { lines: 1000, bytes: 1 << 17 };
const LATER_SAMPLE = { lines: 50, bytes: 1 << 15 };
/** Lines that may pass before a held one is decided. */
const MAX_HOLD_LINES = 5000;

type Verdict = 'continuation' | 'unparsed';

export function createParser(options: ParserOptions): LogParser {
  const { source, sink, names, formats = [] } = options;
  const zone = createZone(options.timezone);
  const clock = options.arrivalClock ?? systemClock;
  const runtime = createRuntime(names, zone, () => clock.nowMicros());
  const serverLine = createServerLines(formats);
  const isoStamp = runtime.stamp('iso');

  const b = Buffer.alloc(MAX_LINE_BYTES + SLACK_BYTES);
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  /** Bytes of `b` in use, and the offset in the input of b[0]. */
  let filled = 0;
  let base = 0;
  let skipping = false;

  const plans: Plan[] = [];
  const seen = new Set<string>();
  const assumptions = new Set<string>();
  let inTraceback = false;
  const counts = { lines: 0, requests: 0, lifecycle: 0, continuation: 0, unparsed: 0 };
  const examples: InputSummary['unparsed_examples'] = [];
  const held = new HeldLines();
  let sample = FIRST_SAMPLE;

  const hand = (batch: RequestBatch) => {
    if (batch.length === 0) return;
    sink.batch(batch);
    batch.length = 0;
  };

  const finishRows = (plan: Plan, before: number) => {
    const { batch } = plan;
    const rows = batch.length - before;
    if (options.arrivalClock && batch.facts.stampMeaning === 'arrival' && rows > 0) {
      batch.time.fill(options.arrivalClock.nowMicros(), before, batch.length);
    }
    plan.requests += rows;
    counts.requests += rows;
    if (batch.length === batch.capacity) hand(batch);
    return rows;
  };

  const textOf = (bytes: Buffer, from: number, to: number): string =>
    bytes.toString('utf8', from, Math.min(to, from + 2000));

  const reject = (line: number, text: string, reason: string) => {
    counts.unparsed++;
    if (examples.length < EXAMPLES) examples.push({ line, text: printable(text, 200), reason });
  };

  /** Lines that belong to the one before: the body of a traceback, its last line. */
  const isContinuation = (text: string): boolean => {
    if (/^(Traceback \(most recent call last\)| {2}File ")/.test(text)) {
      inTraceback = true;
      return true;
    }
    if (!inTraceback) return false;
    if (/^\s|^$/.test(text)) return true;
    if (/^(During handling of the above exception|The above exception was the direct cause)/.test(text)) return true;
    // The exception itself ends the traceback: "RuntimeError: boom", "SystemExit: 1", "KeyError".
    if (/^[A-Za-z_][\w.]*(:|$)/.test(text) && !/^(INFO|WARNING|ERROR|DEBUG|CRITICAL):/.test(text)) {
      inTraceback = false;
      return true;
    }
    inTraceback = false;
    return false;
  };

  /** A line that no plan takes: the server's own, part of a traceback, or to be decided later. */
  const other = (bytes: Buffer, words: DataView, from: number, to: number, offset: number) => {
    const text = textOf(bytes, from, to);
    const own = serverLine(text);
    if (own) {
      counts.lifecycle++;
      seen.add(own.format.id);
      inTraceback = own.isError;
      if (own.event) {
        const time = own.stampAt < 0 ? Number.NaN : isoStamp(bytes, words, from + own.stampAt);
        sink.lifecycle({ ...own.event, time, offset, source });
      }
      return;
    }
    if (isContinuation(text)) counts.continuation++;
    else held.add(bytes, from, to, offset, counts.lines);
  };

  const lastVerdict = (text: string): Verdict =>
    /^\s*$/.test(text) || /^[\t ]+\S/.test(text) ? 'continuation' : 'unparsed';

  /** Looks for formats in what is held, then gives every held line its place. */
  const decide = () => {
    if (held.lines.length === 0) return;
    const live = options.arrivalClock !== undefined;
    const found = detect(held.sample(), { formats, runtime, zone, source, seen, live });
    for (const { plan, assumptions: made } of found) {
      plans.push(plan);
      for (const sentence of made) assumptions.add(sentence);
    }
    for (const line of held.lines) {
      const plan = found.find(({ plan: { scan, batch } }) => {
        const before = batch.length;
        scan(held.b, held.v, line.start, line.start + 1, batch, line.offset - line.start);
        return batch.length > before;
      })?.plan;
      if (plan) {
        finishRows(plan, plan.batch.length - 1);
        continue;
      }
      const text = textOf(held.b, line.start, line.end);
      if (lastVerdict(text) === 'continuation') counts.continuation++;
      else
        reject(
          line.number,
          text,
          plans.length === 0 ? 'no known format takes it' : `not a line of ${plans[0].format.id}`,
        );
    }
    held.clear();
    if (plans.length > 0) sample = LATER_SAMPLE;
  };

  /** Whole lines of b[0, limit). */
  const lines = (limit: number) => {
    let pos = 0;
    while (pos < limit) {
      let taken = false;
      for (let i = 0; i < plans.length; i++) {
        const plan = plans[i];
        const before = plan.batch.length;
        pos = plan.scan(b, v, pos, limit, plan.batch, base);
        const rows = finishRows(plan, before);
        if (rows === 0) continue;
        counts.lines += rows;
        inTraceback = false;
        taken = true;
        // The plan that took the line goes first: streams change rarely.
        if (i > 0) {
          plans.splice(i, 1);
          plans.unshift(plan);
        }
        break;
      }
      if (taken) continue;
      const newline = b.indexOf(10, pos);
      const end = newline > pos && b[newline - 1] === 13 ? newline - 1 : newline;
      counts.lines++;
      other(b, v, pos, end, base + pos);
      pos = newline + 1;
      const first = held.lines[0];
      if (
        held.lines.length >= sample.lines ||
        held.bytes >= sample.bytes ||
        (first && counts.lines - first.number >= MAX_HOLD_LINES)
      ) {
        decide();
      }
    }
  };

  const process = () => {
    const last = b.lastIndexOf(10, filled - 1);
    if (filled === 0 || last < 0) return;
    lines(last + 1);
    b.copyWithin(0, last + 1, filled);
    base += last + 1;
    filled -= last + 1;
  };

  const skipOver = () => {
    counts.lines++;
    reject(counts.lines, textOf(b, 0, 200), `longer than ${MAX_LINE_BYTES / (1 << 20)} MiB: skipped`);
  };

  return {
    push(chunk) {
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
        b.set(chunk.subarray(at, at + size), filled);
        at += size;
        filled += size;
        process();
        if (filled === MAX_LINE_BYTES) {
          skipOver();
          base += filled;
          filled = 0;
          skipping = true;
        }
      }
    },
    flush() {
      decide();
      for (const { batch } of plans) hand(batch);
    },
    end() {
      if (filled > 0) {
        b[filled] = 10;
        filled++;
        process();
        base--;
      }
      decide();
      for (const { batch } of plans) hand(batch);
    },
    report() {
      const main = plans.reduce<Plan | null>((top, plan) => (top && top.requests >= plan.requests ? top : plan), null);
      const facts = main?.batch.facts;
      const meaning = facts?.stampMeaning ?? null;
      return {
        path: options.path,
        format: main?.format.id ?? null,
        format_confidence: main ? Math.round(main.confidence * 100) / 100 : 0,
        envelope: facts?.envelope ?? null,
        bytes: base + filled,
        lines: counts.lines,
        requests: counts.requests,
        lifecycle: counts.lifecycle,
        continuation: counts.continuation,
        unparsed: counts.unparsed,
        timestamp: {
          meaning: facts?.stampAssumed ? null : meaning === 'response-start' ? 'start' : meaning,
          detail:
            meaning === 'response-start' ? 'response start' : facts?.stampAssumed ? `taken as the ${meaning}` : null,
          resolution_seconds: meaning === null || !facts ? null : facts.resolutionMicros / 1_000_000,
          zone: facts?.zone ?? null,
        },
        unparsed_examples: examples,
        assumptions: [...assumptions],
      };
    },
  };
}
