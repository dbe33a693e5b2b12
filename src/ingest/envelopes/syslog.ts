/**
 * syslog and journald in the forms they are stored or sent in:
 *   <134>Oct 29 17:04:15 host tag[123]: msg          RFC 3164, and journalctl -o short without the number
 *   <134>1 2024-10-29T17:04:15.123456Z host app 123 - - msg     RFC 5424, also behind an octet count
 *   2024-10-29T17:04:15.123456+00:00 host tag[123]: msg         rsyslog's files, journalctl -o short-iso
 *   2024-10-29T17:04:15.123456+00:00 app[web.1]: msg            Heroku
 *   1730221455.123456 host tag[123]: msg, [ 12.345678] host tag[123]: msg, Tue 2024-10-29 17:04:15 UTC host tag[123]: msg
 *   <14>gunicorn.name.access: [123] msg                         gunicorn's own datagrams
 *   <6>msg                                                      for the journal of systemd
 *   <6>2024-10-29T17:04:15.123456+00:00 msg                     HAProxy's "format timed"
 */
import { MICROS_PER_MINUTE } from '../../core/time.ts';
import { digitsEnd, isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { hashBytes } from '../memo.ts';
import type { StampReader } from '../stamps.ts';
import { createZone } from '../zone.ts';
import { namedOffsetAt } from '../zone-names.ts';
import { type Envelope, findByte, type Line } from './line.ts';
import { structuredDataEnd } from './structured-data.ts';

const MAX_WORD = 128;
/** Facility 23, severity 7. */
const MAX_PRIORITY = 191;
/** A severity without a facility. */
const MAX_SEVERITY = 7;
/** First byte of rsyslog's escapes; a digit follows. */
const HASH = 35;

/** End of the word at p (the next blank); -1: it is empty or too long. */
function wordEnd(b: Uint8Array, p: number, to: number): number {
  let k = p;
  const limit = Math.min(to, p + MAX_WORD);
  while (k < limit && b[k] > 32) k++;
  return k > p && b[k] === 32 ? k : -1;
}

/** Position behind "[ 12.345678] " at p, the seconds since the machine started, which give no time of day; -1: there is no such thing. */
function uptimeEnd(b: Uint8Array, p: number): number {
  let k = p + 1;
  while (b[k] === 32) k++;
  if (k === p + 1 && !isDigit(b[k])) return -1;
  k = digitsEnd(b, k);
  if (b[k] !== 46) return -1;
  k = digitsEnd(b, k + 1);
  return b[k] === 93 && b[k + 1] === 32 ? k + 2 : -1;
}

/** Position behind the octet count of a record, "217 <134>1 …"; p if there is none. */
function countEnd(b: Uint8Array, p: number): number {
  if (!isDigit(b[p])) return p;
  const end = digitsEnd(b, p);
  return b[end] === 32 && b[end + 1] === 60 && isDigit(b[end + 2]) ? end + 1 : p;
}

/** "Tue 2024-10-29 …" */
const isDayBeforeDate = (b: Uint8Array, p: number): boolean =>
  b[p + 3] === 32 && isDigit(b[p + 4]) && isDigit(b[p + 5]) && isDigit(b[p + 6]) && b[p + 8] === 45;

/** "-": no value. */
const isNil = (b: Uint8Array, from: number, to: number): boolean => to === from + 1 && b[from] === 45;

class SyslogEnvelope implements Envelope {
  readonly id = 'syslog';
  readonly #runtime: Runtime;
  readonly #iso: StampReader;
  /** For stamps that are in UTC. */
  readonly #utc: StampReader;
  readonly #short: StampReader;
  readonly #epoch: StampReader;
  /** The last stamp that was read states its zone. */
  #zoned = true;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#iso = runtime.stamp('iso');
    this.#utc = runtime.stamp('iso', createZone('UTC'));
    this.#short = runtime.stamp('syslog');
    this.#epoch = runtime.stamp('epoch-s');
  }

  peel(line: Line): boolean {
    const { b, to } = line;
    let p = countEnd(b, line.from);
    let numbered = false;
    let priority = 0;
    if (b[p] === 60) {
      const close = digitsEnd(b, p + 1);
      if (close === p + 1 || close > p + 4 || b[close] !== 62) return false;
      for (let k = p + 1; k < close; k++) priority = priority * 10 + b[k] - 48;
      p = close + 1;
      numbered = true;
      if (b[p] === 49 && b[p + 1] === 32) return this.#structured(line, p + 2);
    }
    const stampFrom = p;
    const after = this.#stamp(line, p);
    if (after < 0 && !numbered) return false;
    if (this.#tagged(line, after < 0 ? stampFrom : after, to, { hostless: after < 0, numbered })) return true;
    if (after >= 0) return numbered && priority <= MAX_SEVERITY && b[p + 10] === 84 && this.#behind(line, after);
    return b[p] !== 32 && priority <= MAX_PRIORITY && this.#behind(line, p);
  }

  #behind(line: Line, at: number): true {
    line.from = at;
    return true;
  }

  /** Reads a stamp in any of its forms. @returns the position behind it and its blank; -1: there is none */
  #stamp(line: Line, p: number): number {
    const { b, v } = line;
    if (b[p] === 91) return uptimeEnd(b, p);
    const stamp = this.#stampAt(b, v, p);
    const { cursor } = this.#runtime;
    if (Number.isNaN(stamp) || b[cursor.end] !== 32) return -1;
    line.stamp = stamp;
    line.stampDigits = cursor.digits;
    line.stampZoned = this.#zoned;
    return cursor.end + 1;
  }

  /** µs since 1970 UTC; NaN: there is none. Sets the cursor. */
  #stampAt(b: Buffer, v: DataView, p: number): number {
    const { cursor } = this.#runtime;
    this.#zoned = true;
    if (b[p] > 64 && b[p] < 91) {
      if (isDayBeforeDate(b, p)) return this.#behindDay(b, v, p + 4);
      this.#zoned = false;
      return this.#short(b, v, p);
    }
    if (!isDigit(b[p])) return Number.NaN;
    if (isDigit(b[p + 4])) {
      const stamp = this.#epoch(b, v, p);
      return cursor.digits < 3 ? Number.NaN : stamp;
    }
    if (b[p + 10] !== 84) return Number.NaN;
    const stamp = this.#iso(b, v, p);
    return Number.isNaN(cursor.offsetMinutes) ? Number.NaN : stamp;
  }

  /** "2024-10-29 17:04:15 UTC": the zone is a name, which is ignored if it is not known. */
  #behindDay(b: Buffer, v: DataView, p: number): number {
    const { cursor } = this.#runtime;
    const stamp = this.#iso(b, v, p);
    if (b[cursor.end] !== 32) return stamp;
    const zoneFrom = cursor.end + 1;
    const offset = namedOffsetAt(b, zoneFrom);
    this.#zoned = !Number.isNaN(offset);
    const zoned = this.#zoned ? this.#utc(b, v, p) - offset * MICROS_PER_MINUTE : stamp;
    let end = zoneFrom;
    while (b[end] > 32) end++;
    cursor.end = end;
    return zoned;
  }

  /** "host tag[123]: " or "tag[123]: " at p. */
  #tagged(
    line: Line,
    p: number,
    to: number,
    { hostless, numbered }: { hostless: boolean; numbered: boolean },
  ): boolean {
    const { b, v } = line;
    const first = wordEnd(b, p, to);
    if (first < 0) return false;
    let tagFrom = p;
    let end = first;
    if (b[first - 1] !== 58) {
      if (hostless) return false;
      tagFrom = first + 1;
      end = wordEnd(b, tagFrom, to);
      if (end < 0 || b[end - 1] !== 58) return false;
      line.host = this.#runtime.host(b, v, p, first);
    }
    // "2024-10-29T17:04:15.123Z KeyError: 'x'" has no tag: without a host, a tag needs a priority in front or a process in brackets.
    else if (!numbered && b[end - 2] !== 93) return false;
    let tagTo = end - 1;
    // "2024-10-29T17:04:15.123Z web INFO: 203.0.113.7", "… ValueError: no": neither a tag nor, before it, a host.
    if (!numbered && isNoTag(b, tagFrom, tagTo)) return false;
    if (b[tagTo - 1] === 93) {
      const open = b.lastIndexOf(91, tagTo);
      if (open <= tagFrom) return false;
      this.#process(line, open + 1, tagTo - 1);
      tagTo = open;
    }
    this.#finish(line, tagFrom, tagTo, end + 1);
    return true;
  }

  /** RFC 5424 behind the version: stamp, host, app, process, message id, structured data. */
  #structured(line: Line, from: number): boolean {
    const { b, v, to } = line;
    const { cursor } = this.#runtime;
    let p = from;
    if (b[p] === 45) p += 2;
    else {
      const stamp = this.#iso(b, v, p);
      if (Number.isNaN(stamp) || b[cursor.end] !== 32) return false;
      line.stampAs(stamp, cursor);
      p = cursor.end + 1;
    }
    const hostEnd = wordEnd(b, p, to);
    const app = hostEnd + 1;
    const appEnd = hostEnd < 0 ? -1 : wordEnd(b, app, to);
    const process = appEnd + 1;
    const processEnd = appEnd < 0 ? -1 : wordEnd(b, process, to);
    const idEnd = processEnd < 0 ? -1 : wordEnd(b, processEnd + 1, to);
    if (idEnd < 0) return false;
    if (!isNil(b, p, hostEnd)) line.host = this.#runtime.host(b, v, p, hostEnd);
    if (!isNil(b, process, processEnd)) this.#process(line, process, processEnd);
    this.#finish(line, app, appEnd, messageStart(b, idEnd + 1, to));
    return true;
  }

  /** What is given as the process: its pid, or the name of the place where it runs. */
  #process(line: Line, from: number, to: number): void {
    const { b, v } = line;
    if (digitsEnd(b, from) === to) line.worker = this.#runtime.worker(b, v, from, to);
    else line.host = this.#runtime.host(b, v, from, to);
  }

  #finish(line: Line, tagFrom: number, tagTo: number, textFrom: number): void {
    const { b, v } = line;
    if (!line.brief) {
      line.tag = this.#runtime.tag(b, v, tagFrom, tagTo);
      line.stream = hashBytes(v, tagFrom, tagTo);
    }
    line.from = Math.min(textFrom, line.to);
    let to = line.to;
    // gunicorn ends its datagrams with a NUL, which rsyslog writes as #000.
    if (b[to - 1] === 0 && to > line.from) to--;
    else if (to - line.from >= 4 && b[to - 4] === 35 && b[to - 3] === 48 && b[to - 2] === 48 && b[to - 1] === 48)
      to -= 4;
    // gunicorn: "gunicorn.name.access: [123] line"
    if (b[line.from] === 91 && line.worker < 0) {
      const end = digitsEnd(b, line.from + 1);
      if (end > line.from + 1 && b[end] === 93 && b[end + 1] === 32) {
        line.worker = this.#runtime.worker(b, v, line.from + 1, end);
        line.isOwnPid = true;
        line.from = end + 2;
      }
    }
    const octal = findByte(b, v, HASH, line.from, to);
    if (to !== line.to || (octal >= 0 && b[octal + 1] === 48)) this.#unescape(line, to);
  }

  /** rsyslog writes control characters as # and three octal digits. */
  #unescape(line: Line, to: number): void {
    const { b, from } = line;
    const scratch = line.scratch(to - from);
    let k = 0;
    for (let p = from; p < to; p++) {
      const octal = b[p] === 35 && b[p + 1] === 48 && b[p + 2] > 47 && b[p + 2] < 52 && b[p + 3] > 47 && b[p + 3] < 56;
      if (octal) {
        const code = (b[p + 2] - 48) * 8 + b[p + 3] - 48;
        scratch.b[k++] = code === 10 ? 11 : code;
        p += 3;
      } else scratch.b[k++] = b[p];
    }
    line.moveTo(scratch, k);
  }
}

const levels = new Set(['INFO', 'WARNING', 'WARN', 'ERROR', 'DEBUG', 'CRITICAL', 'TRACE', 'FATAL', 'NOTICE']);
/** Whether it is a level or the name of an exception. */
function isNoTag(b: Buffer, from: number, to: number): boolean {
  if (b[from] < 65 || b[from] > 90) return false;
  const text = b.toString('latin1', from, to);
  return levels.has(text) || /^\w+(?:Error|Exception)$/.test(text);
}

/** Where the message of RFC 5424 starts: behind the structured data at `from` and a byte order mark. */
function messageStart(b: Uint8Array, from: number, to: number): number {
  let p = from;
  // Heroku's drains omit the structured data.
  if (b[p] === 45 && (b[p + 1] === 32 || p + 1 >= to)) p = Math.min(to, p + 2);
  else if (b[p] === 91) {
    const data = structuredDataEnd(b, p, to);
    if (data > 0) p = Math.min(to, data + 1);
  }
  if (b[p] === 0xef && b[p + 1] === 0xbb && b[p + 2] === 0xbf) p += 3;
  // rsyslog keeps the blank behind the tag when it forwards a message of the older form; but a server's line may also begin with blanks.
  return b[p] === 32 && b[p + 1] > 32 && b[p + 1] !== 45 ? p + 1 : p;
}

export const syslog = (runtime: Runtime): Envelope => new SyslogEnvelope(runtime);
