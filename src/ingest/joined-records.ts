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
  let first = from;
  while (first < to && (b[first] === OPEN_BRACKET || b[first] === COMMA || b[first] === 32) && first < from + 3)
    first++;
  if (b[first] !== OPEN_BRACE) return [];
  const before = eventsAt(b, first, to);
  first += before;
  let end = to;
  const starts: number[] = [];
  let depth = 0;
  for (let p = first; p < to; p++) {
    const c = b[p];
    if (c === QUOTE) {
      p = closingQuote(b, p + 1, to);
      if (p < 0) break;
    } else if (c === OPEN_BRACE) {
      if (depth === 0 && starts.push(p) > MOST_RECORDS) return [];
      depth++;
    } else if (c === CLOSE_BRACE) depth--;
    else if (depth === 0 && before > 0 && c === CLOSE_BRACKET) {
      end = p;
      break;
    } else if (depth === 0 && c > 32 && c !== COMMA && c !== CLOSE_BRACKET) return [];
  }
  return starts.length < (first === from ? 2 : 1) || depth !== 0
    ? []
    : starts.map((start, i) => {
        const length = (starts[i + 1] ?? end) - start;
        const alone = Buffer.alloc(length + 1 + SLACK_BYTES);
        b.copy(alone, 0, start, start + length);
        alone[length] = NEWLINE;
        return { b: alone, v: new DataView(alone.buffer, alone.byteOffset, alone.length), length, at: start - from };
      });
}

/** Bytes before the first of the events that the record at b[from] lists, with a message each; 0: it lists none. */
function eventsAt(b: Buffer, from: number, to: number): number {
  if (b.subarray(from, Math.min(to, from + HEAD_BYTES)).indexOf('vents"') < 0) return 0;
  return events.exec(b.toString('latin1', from, Math.min(to, from + 2 * HEAD_BYTES)))?.[0].length ?? 0;
}
