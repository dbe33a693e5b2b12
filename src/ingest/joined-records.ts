/**
 * JSON records of which several stand in one line, because no newline was written between them, as a list, or as the events of one answer
 * of CloudWatch (get-log-events, a subscription): each is a line of its own.
 */
import { closingQuote } from './bytes.ts';
import { SLACK_BYTES } from './envelopes/line.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const NEWLINE = 10;
const BLANK = 32;
/** A line of more is garbage: CloudWatch gives no more at once. */
const MOST_RECORDS = 10_000;
/** Before the list of events stand the names of its group and stream. */
const HEAD_BYTES = 4096;
const events = /^\{[^{}]*"(?:events|logEvents)" ?: ?\[ ?(?=\{[^{}]*"message" ?:)/;

/** One of them: b[0, length), a newline behind it; `at`: how far behind the start of the line. */
export interface JoinedRecord {
  readonly b: Buffer;
  readonly v: DataView;
  readonly length: number;
  readonly at: number;
}

/** The records of b[from, to), which may be a part of a list; none when it is one record that needs nothing taken off. */
export function recordsIn(b: Buffer, from: number, to: number): JoinedRecord[] {
  const first = behindListSigns(b, from, to);
  if (b[first] !== OPEN_BRACE) return [];
  const before = eventsAt(b, first, to);
  const found = startsIn(b, first + before, to, before > 0);
  if (!found || found.starts.length < (first + before === from ? 2 : 1)) return [];
  const { starts, end } = found;
  return starts.map((start, i) => alone(b, start, starts[i + 1] ?? end, start - from));
}

/** Where a record may begin: a list opens, or goes on, in front of it. */
function behindListSigns(b: Buffer, from: number, to: number): number {
  let p = from;
  while (p < to && p < from + 3 && (b[p] === OPEN_BRACKET || b[p] === COMMA || b[p] === BLANK)) p++;
  return p;
}

/**
 * Where the records of b[from, to) begin, and where the last one ends; null where something else stands between them, or one is cut off.
 * @param isList of the events of an answer, which ends behind them
 */
function startsIn(
  b: Buffer,
  from: number,
  to: number,
  isList: boolean,
): { readonly starts: readonly number[]; readonly end: number } | null {
  const starts: number[] = [];
  let depth = 0;
  for (let p = from; p < to; p++) {
    const c = b[p];
    if (c === QUOTE) {
      p = closingQuote(b, p + 1, to);
      if (p < 0) return null;
    } else if (c === OPEN_BRACE) {
      if (depth === 0 && starts.push(p) > MOST_RECORDS) return null;
      depth++;
    } else if (c === CLOSE_BRACE) depth--;
    else if (depth > 0) continue;
    else if (isList && c === CLOSE_BRACKET) return { starts, end: p };
    else if (!isBetween(c)) return null;
  }
  return depth === 0 ? { starts, end: to } : null;
}

/** Signs that stand between the records of a list, and behind the last one. */
const isBetween = (c: number): boolean => c <= BLANK || c === COMMA || c === CLOSE_BRACKET;

/** b[start, end) as a line of its own. */
function alone(b: Buffer, start: number, end: number, at: number): JoinedRecord {
  const length = end - start;
  const copy = Buffer.alloc(length + 1 + SLACK_BYTES);
  b.copy(copy, 0, start, end);
  copy[length] = NEWLINE;
  return { b: copy, v: new DataView(copy.buffer, copy.byteOffset, copy.length), length, at };
}

/** Bytes before the first of the events that the record at b[from] lists, with a message each; 0: it lists none. */
function eventsAt(b: Buffer, from: number, to: number): number {
  if (b.subarray(from, Math.min(to, from + HEAD_BYTES)).indexOf('vents"') < 0) return 0;
  return events.exec(b.toString('latin1', from, Math.min(to, from + 2 * HEAD_BYTES)))?.[0].length ?? 0;
}
