/**
 * Rows of a table whose first line names its columns, one of which is the logged line: comma-separated or tab-separated exports of
 * CloudWatch, Datadog, Grafana, Kibana, Log Analytics and Splunk.
 *   timestamp,message
 *   1730221455123,"203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] ""GET / HTTP/1.1"" 200 512"
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { StampReader } from '../stamps.ts';
import { createZone } from '../zone.ts';
import type { Envelope, Line } from './line.ts';

const QUOTE = 34;
const COMMA = 44;
const TAB = 9;
/** Byte order mark, which spreadsheets want in front of a table. */
const BOM_BYTES = 3;
/** A longer line does not name columns. */
const MAX_HEADER = 2000;
const MAX_COLUMNS = 200;

/** Names of the column with the line, preferred ones first. */
const messages =
  'message @message textPayload jsonPayload.message LogEntry LogMessage Log_s _raw msg log line content body resultDescription'.split(
    ' ',
  );
const times =
  'timestamp,@timestamp,TimeGenerated [UTC],TimeGenerated,_time,_messagetime,time,date,datetime,receiveTimestamp'.split(
    ',',
  );
/** Such columns show a table of requests, not of lines. */
const requests = /^(?:method|path|uri|url|request|verb|http[._].*)$/i;
const column = /^[@_A-Za-z][\w@.:/()[\] -]{0,60}$/;

/** What the columns of a table contain. */
interface Columns {
  readonly separator: number;
  readonly message: number;
  readonly time: number;
  /** Stamps without a zone are in UTC. */
  readonly isUtc: boolean;
  readonly count: number;
}

/** The columns that the line names; null: it names none, or none that contains a line. */
function columnsOf(text: string): Columns | null {
  const separator = text.includes('\t') ? '\t' : ',';
  const names = text.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  if (names.length < 2 || names.length > MAX_COLUMNS || !names.every((name) => column.test(name))) return null;
  if (names.some((name) => requests.test(name))) return null;
  const find = (wanted: readonly string[]) => {
    const lower = names.map((name) => name.toLowerCase());
    const name = wanted.find((one) => lower.includes(one.toLowerCase()));
    return name === undefined ? -1 : lower.indexOf(name.toLowerCase());
  };
  const message = find(messages);
  const time = find(times);
  if (message < 0 || time < 0) return null;
  const isUtc = /^@timestamp$|utc/i.test(names[time]);
  return { separator: separator.charCodeAt(0), message, time, isUtc, count: names.length };
}

/** End of the quoted value whose text begins at `from`, in which quotes are doubled; `to` if it is not closed. */
function endOfQuoted(b: Uint8Array, from: number, to: number): number {
  let end = from;
  while (end < to && !(b[end] === QUOTE && b[end + 1] !== QUOTE)) end += b[end] === QUOTE ? 2 : 1;
  return Math.min(end, to);
}

function separatorFrom(b: Uint8Array, from: number, to: number, separator: number): number {
  let end = from;
  while (end < to && b[end] !== separator) end++;
  return end;
}

const endOfValue = (b: Uint8Array, from: number, to: number, separator: number, isLast: boolean): number =>
  b[from] === QUOTE ? endOfQuoted(b, from + 1, to) : isLast ? to : separatorFrom(b, from, to, separator);

/** Whether a value may end here: at a separator or, for the last one, at the end of the line. */
const isBehindValue = (b: Uint8Array, at: number, to: number, separator: number, isLast: boolean): boolean =>
  isLast ? at >= to : at < to && b[at] === separator;

/**
 * Characters of names of columns: no control characters, nothing that is typical of values in logs ("=", "{", "%", "|"), nothing beyond
 * "z".
 */
const mayBeOfName = (c: number): boolean => c > 31 && c < 123 && c !== 61 && c !== 37;

class TableEnvelope implements Envelope {
  readonly id = 'table';
  readonly #runtime: Runtime;
  readonly #any: StampReader;
  readonly #utc: StampReader;
  readonly #named: StampReader;
  #columns: Columns | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#any = runtime.stamp('any');
    this.#utc = runtime.stamp('any', createZone('UTC'));
    this.#named = runtime.stamp('month-name-first');
  }

  peel(line: Line): boolean {
    const { b, from, to } = line;
    const start = b[from] === 0xef && b[from + 1] === 0xbb ? from + BOM_BYTES : from;
    if (this.#isHeader(b, start, to)) {
      const columns = columnsOf(b.toString('utf8', start, to));
      if (columns) {
        this.#columns = columns;
        // The header contains no line.
        line.from = to;
        return true;
      }
    }
    if (this.#columns === null) return false;
    // The end of a message that ended with a newline.
    if (to - from === 1 && b[from] === QUOTE) {
      line.from = to;
      return true;
    }
    return this.#row(line, this.#columns);
  }

  /** Whether these may be only names of columns. Most lines are excluded after a few bytes. */
  #isHeader(b: Uint8Array, from: number, to: number): boolean {
    if (to - from > MAX_HEADER || to - from < 8) return false;
    let separated = false;
    for (let p = from; p < to; p++) {
      const c = b[p];
      const isFirst = p === from || b[p - 1] === COMMA || b[p - 1] === QUOTE;
      if (isFirst && isDigit(c)) return false;
      if (c === COMMA || c === TAB) separated = true;
      else if (!mayBeOfName(c)) return false;
    }
    return separated;
  }

  #row(line: Line, { separator, message, time, isUtc, count }: Columns): boolean {
    const { b, to } = line;
    let p = line.from;
    let messageFrom = -1;
    let messageTo = -1;
    let timeFrom = -1;
    let timeTo = -1;
    for (let index = 0; index < count; index++) {
      const isLast = index === count - 1;
      const quotes = b[p] === QUOTE ? 1 : 0;
      const end = endOfValue(b, p, to, separator, isLast);
      // The value continues in the next line. Only for the message in the last column is its first line used.
      if (quotes > 0 && end === to && !(isLast && index === message)) return false;
      if (index === message) {
        messageFrom = p + quotes;
        messageTo = end;
      } else if (index === time) {
        timeFrom = p + quotes;
        timeTo = end;
      }
      p = end + quotes + 1;
      if (!isBehindValue(b, p - 1, to, separator, isLast)) return false;
    }
    if (!this.#stamp(line, timeFrom, timeTo, isUtc)) return false;
    this.#moveTo(line, messageFrom, messageTo);
    return true;
  }

  #stamp(line: Line, from: number, to: number, isUtc: boolean): boolean {
    const { b, v } = line;
    const { cursor } = this.#runtime;
    const isNumber = isDigit(b[from + 8]) && isDigit(b[from + 4]);
    const isNamed = b[from] > 64 && b[from] < 91 && b[from + 3] === 32;
    const read = isNamed ? this.#named : isUtc ? this.#utc : this.#any;
    const stamp = read(b, v, from);
    if (Number.isNaN(stamp) || cursor.end > to) return false;
    line.stamp = stamp;
    line.stampDigits = cursor.digits;
    line.stampZoned = isUtc || isNumber || !Number.isNaN(cursor.offsetMinutes);
    return true;
  }

  /** Takes b[from, to), in which quotes are doubled, as the line. */
  #moveTo(line: Line, from: number, to: number): void {
    const { b } = line;
    const scratch = line.scratch(to - from);
    let length = 0;
    for (let p = from; p < to; p++) {
      if (b[p] === QUOTE && b[p + 1] === QUOTE && p + 1 < to) p++;
      scratch.b[length++] = b[p];
    }
    line.moveTo(scratch, length);
  }
}

export const table = (runtime: Runtime): Envelope => new TableEnvelope(runtime);
