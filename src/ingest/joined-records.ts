/**
 * Several JSON records in one line, because no newline was written between them, or because they are in a list or in an answer of an API
 * (CloudWatch's get-log-events and subscriptions, Azure's exports, OTLP). Each is read as a line of its own.
 */
import { closingQuote } from './bytes.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import { otlpLists, otlpRecords } from './otlp.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const NEWLINE = 10;
const BLANK = 32;
/** A line with more records is garbage: CloudWatch does not return more at once. */
const MOST_RECORDS = 10_000;
/** The names of group and stream precede the list of events. */
const HEAD_BYTES = 4096;
const events = /^\{[^{}]*"(?:events|logEvents|records)" ?: ?\[ ?(?=\{[^{}]*"(?:message|time)" ?:)/;
const otlp = /^\{ ?"resource(?:Logs|Spans)"/;
const OTLP_BYTES = 20;

/** One of the records: b[0, length) and a newline; `at` is its distance from the start of the line. */
export interface JoinedRecord {
  readonly b: Buffer;
  readonly v: DataView;
  readonly length: number;
  readonly at: number;
}

/** The records in b[from, to), which may be a part of a list; none if it is a single record without anything around it. */
export function recordsIn(b: Buffer, from: number, to: number): JoinedRecord[] {
  const first = behindListSigns(b, from, to);
  if (b[first] !== OPEN_BRACE) return [];
  const isOtlp = otlp.test(b.toString('latin1', first, Math.min(to, first + OTLP_BYTES)));
  const lists = isOtlp ? otlpLists(b, first, to) : listsAt(b, first, to);
  const least = lists.length > 0 || first > from ? 1 : 2;
  const found = (lists.length > 0 ? lists : [first]).map((at) => startsIn(b, at, to, lists.length > 0));
  const records = found.flatMap((list) =>
    list ? list.starts.map((start, i) => alone(b, start, list.starts[i + 1] ?? list.end, start - from)) : [],
  );
  if (found.includes(null) || records.length < least) return [];
  const plain = isOtlp ? otlpRecords(b.toString('utf8', first, to)) : null;
  return plain?.length === records.length ? records.map(({ at }, i) => lineOf(Buffer.from(plain[i]), at)) : records;
}

/** Where a record may begin: behind the signs that open or continue a list. */
function behindListSigns(b: Buffer, from: number, to: number): number {
  let p = from;
  while (p < to && p < from + 3 && (b[p] === OPEN_BRACKET || b[p] === COMMA || b[p] === BLANK)) p++;
  return p;
}

/**
 * Where the records in b[from, to) begin, and where the last one ends; null: something else stands between them, or one is cut off.
 * @param isList they are the list of an answer, which ends behind them
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
      continue;
    }
    if (c === OPEN_BRACE && depth++ === 0 && starts.push(p) > MOST_RECORDS) return null;
    if (c === CLOSE_BRACE) depth--;
    if (depth > 0 || c === CLOSE_BRACE) continue;
    if (isList && c === CLOSE_BRACKET) return { starts, end: p };
    if (!isBetween(c)) return null;
  }
  return depth === 0 ? { starts, end: to } : null;
}

/** Signs that may stand between the records of a list, and behind the last one. */
const isBetween = (c: number): boolean => c <= BLANK || c === COMMA || c === CLOSE_BRACKET;

/** b[start, end) as a line of its own. */
const alone = (b: Buffer, start: number, end: number, at: number): JoinedRecord => lineOf(b.subarray(start, end), at);

function lineOf(record: Buffer, at: number): JoinedRecord {
  const { length } = record;
  const copy = Buffer.alloc(length + 1 + SLACK_BYTES);
  record.copy(copy);
  copy[length] = NEWLINE;
  return { b: copy, v: new DataView(copy.buffer, copy.byteOffset, copy.length), length, at };
}

/** Where the lists of records inside the record at b[from] begin. */
function listsAt(b: Buffer, from: number, to: number): number[] {
  const head = b.subarray(from, Math.min(to, from + HEAD_BYTES));
  if (head.indexOf('vents"') < 0 && head.indexOf('"records"') < 0) return [];
  const before = events.exec(b.toString('latin1', from, Math.min(to, from + 2 * HEAD_BYTES)))?.[0].length;
  return before === undefined ? [] : [from + before];
}
