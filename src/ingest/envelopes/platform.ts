/**
 * What the tools of hosting platforms and supervisors put in front of a line when they show it:
 *   web-7f9c4d-x2x9z app line                                        stern
 *   default/web-7f9c4d-x2x9z[app]: line                              kail
 *   2024-10-29T17:04:15Z app[148ed599c23489] fra [info]line          fly logs
 *   2024-10-29T17:04:15.12+0000 [APP/PROC/WEB/0] OUT line            cf logs
 *   2024-10-29T17:04:15Z {app="web", pod="web-1"} line               logcli
 *   2024-10-29T17:04:15.123000+00:00 ecs/app/0123456789abcdef line   aws logs tail
 *   test (3.11)<tab>Run tests<tab>2024-10-29T17:04:15.1234567Z line  gh run view --log
 *   @4000000067211b2f0747ac00 line                                   multilog, s6-log
 *   data: {…}                                                        an event stream (journal gateway, journalctl -o json-sse)
 *     MESSAGE=line                                                   journalctl -o verbose
 *   [INFO]<tab>2024-10-29T17:04:15.123Z<tab><request id><tab>line    Python on AWS Lambda
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { hashBytes } from '../memo.ts';
import type { StampReader } from '../stamps.ts';
import type { Envelope, Line } from './line.ts';

const SPACE = 32;
const TAB = 9;
const MAX_WORD = 200;
const MAX_LABELS = 1000;
/** Seconds. TAI64 counts from 1970 plus 2^62; multilog and svlogd add only the seconds by which TAI was ahead then, and no leap seconds. */
const TAI_AHEAD = 10;
/** Hexadecimal digits of a TAI64N label. */
const LABEL_DIGITS = 24;
const EVENT = Buffer.from('data: {');
const MESSAGE = Buffer.from('MESSAGE=');

const isLower = (c: number): boolean => c > 96 && c < 123;
const isHex = (c: number): boolean => isDigit(c) || (c > 96 && c < 103);
/** Characters in names of pods, containers and namespaces. */
const isNamePart = (c: number): boolean => isDigit(c) || isLower(c) || c === 45 || c === 46;

function startsWith(b: Uint8Array, p: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (b[p + k] !== text[k]) return false;
  return true;
}

function endOf(b: Uint8Array, p: number, to: number, of: (c: number) => boolean): number {
  const limit = Math.min(to, p + MAX_WORD);
  let k = p;
  while (k < limit && of(b[k])) k++;
  return k;
}

/** Whether b[from, to) ends like the name of a pod of a deployment: "-7f9c4d5b6-x2x9z". */
function isPod(b: Uint8Array, from: number, to: number): boolean {
  if (to - from < 14 || b[to - 6] !== 45) return false;
  let k = to - 7;
  while (k > from && (isDigit(b[k]) || isLower(b[k]))) k--;
  return b[k] === 45 && k > from && to - 6 - k > 5;
}

class PlatformEnvelope implements Envelope {
  readonly id = 'platform';
  readonly #runtime: Runtime;
  readonly #iso: StampReader;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#iso = runtime.stamp('iso');
  }

  peel(line: Line): boolean {
    const { b, from, to } = line;
    const c = b[from];
    if (isDigit(c)) return (b[from + 10] === 84 && this.#stamped(line, from)) || this.#named(line, from);
    if (isLower(c)) {
      if (startsWith(b, from, EVENT)) {
        line.from = from + EVENT.length - 1;
        return true;
      }
      return this.#app(line, from) || this.#named(line, from) || this.#job(line);
    }
    if (c === SPACE) {
      let p = from;
      while (p < from + 8 && b[p] === SPACE) p++;
      if (p === from + 4 && startsWith(b, p, MESSAGE)) {
        line.from = p + MESSAGE.length;
        return true;
      }
      return isDigit(b[p]) && this.#stamped(line, p);
    }
    if (c === 64) return this.#label(line);
    if (c === 91) return this.#lambda(line);
    return c > 64 && c < 91 && to - from > 40 && this.#job(line);
  }

  /** A stamp with a zone, followed by what fly, cf or logcli write. */
  #stamped(line: Line, at: number): boolean {
    const { b, v, to } = line;
    const { cursor } = this.#runtime;
    const stamp = this.#iso(b, v, at);
    if (Number.isNaN(stamp) || Number.isNaN(cursor.offsetMinutes) || b[cursor.end] !== SPACE) return false;
    const { digits } = cursor;
    const p = cursor.end + 1;
    if (b[p] === 123 && (b[p + 1] === 125 || isLower(b[p + 1]) || b[p + 1] === 95)) {
      const end = labelsEnd(b, p, Math.min(to, p + MAX_LABELS));
      if (end < 0) return false;
      this.#come(line, p, end, end + 1);
    } else if (b[p] === 91 && b[p + 1] > 64 && b[p + 1] < 91) {
      const close = endOf(b, p + 1, to, (c) => c !== 93 && c > SPACE);
      const isOut = b[close + 2] === 79 && b[close + 3] === 85 && b[close + 4] === 84;
      const isErr = b[close + 2] === 69 && b[close + 3] === 82 && b[close + 4] === 82;
      if (b[close] !== 93 || b[close + 1] !== SPACE || !(isOut || isErr)) return false;
      this.#come(line, p, close, Math.min(to, close + 6));
    } else if (!this.#app(line, p)) return false;
    line.stamp = stamp;
    line.stampDigits = digits;
    return true;
  }

  /** "app[148ed599c23489] fra [info]line" */
  #app(line: Line, p: number): boolean {
    const { b, to } = line;
    const open = endOf(b, p, to, isNamePart);
    if (b[open] !== 91 || open === p) return false;
    const close = endOf(b, open + 1, to, isNamePart);
    const region = endOf(b, close + 2, to, isNamePart);
    if (b[close] !== 93 || b[close + 1] !== SPACE || b[region] !== SPACE || b[region + 1] !== 91) return false;
    const end = endOf(b, region + 2, to, isLower);
    if (b[end] !== 93 || region === close + 2) return false;
    this.#come(line, open + 1, close, b[end + 1] === SPACE ? end + 2 : end + 1);
    return true;
  }

  /** "pod container line", "namespace/pod[container]: line", "group/stream/0123456789abcdef line" */
  #named(line: Line, p: number): boolean {
    const { b, to } = line;
    const name = endOf(b, p, to, isNamePart);
    if (b[name] === SPACE && isPod(b, p, name)) {
      const container = endOf(b, name + 1, to, isNamePart);
      if (b[container] !== SPACE || container === name + 1) return false;
      this.#come(line, p, name, container + 1);
      return true;
    }
    if (b[name] !== 47) return false;
    const pod = endOf(b, name + 1, to, isNamePart);
    if (b[pod] === 91 && isPod(b, name + 1, pod)) {
      const close = endOf(b, pod + 1, to, isNamePart);
      if (b[close] !== 93 || b[close + 1] !== 58 || b[close + 2] !== SPACE) return false;
      this.#come(line, name + 1, pod, close + 3);
      return true;
    }
    const end = endOf(b, p, to, (c) => c > SPACE && c !== 34);
    let hex = end;
    while (hex > p && isHex(b[hex - 1])) hex--;
    if (b[end] !== SPACE || end - hex < 16) return false;
    this.#come(line, p, end, end + 1);
    return true;
  }

  /** "job<tab>step<tab>stamp line" */
  #job(line: Line): boolean {
    const { b, v, from, to } = line;
    const job = endOf(b, from, to, (c) => c !== TAB);
    if (b[job] !== TAB) return false;
    const step = endOf(b, job + 1, to, (c) => c !== TAB);
    if (b[step] !== TAB || b[step + 11] !== 84) return false;
    const stamp = this.#iso(b, v, step + 1);
    const { cursor } = this.#runtime;
    if (Number.isNaN(stamp) || cursor.digits < 3 || b[cursor.end] !== SPACE) return false;
    line.stamp = stamp;
    line.stampDigits = cursor.digits;
    line.from = cursor.end + 1;
    return true;
  }

  /** "[INFO]<tab>stamp<tab>request id<tab>line" */
  #lambda(line: Line): boolean {
    const { b, v, from, to } = line;
    const level = endOf(b, from + 1, to, (c) => c > 64 && c < 91);
    if (b[level] !== 93 || b[level + 1] !== TAB || b[level + 12] !== 84) return false;
    const stamp = this.#iso(b, v, level + 2);
    const { cursor } = this.#runtime;
    const { digits, end } = cursor;
    if (Number.isNaN(stamp) || Number.isNaN(cursor.offsetMinutes) || b[end] !== TAB) return false;
    const id = endOf(b, end + 1, to, (c) => isHex(c) || c === 45);
    if (b[id] !== TAB) return false;
    line.stamp = stamp;
    line.stampDigits = digits;
    line.from = id + 1;
    return true;
  }

  /** "@" and 24 hexadecimal digits: seconds, then nanoseconds. */
  #label(line: Line): boolean {
    const { b, from, to } = line;
    const end = endOf(b, from + 1, to, isHex);
    if (end - from - 1 !== LABEL_DIGITS || b[end] !== SPACE || b[from + 1] !== 52) return false;
    // The first eight digits are only the 2^62.
    const seconds = Number.parseInt(b.toString('latin1', from + 9, from + 17), 16) - TAI_AHEAD;
    const nanos = Number.parseInt(b.toString('latin1', from + 17, end), 16);
    line.stamp = seconds * 1_000_000 + Math.floor(nanos / 1000);
    line.stampDigits = 9;
    line.from = end + 1;
    return true;
  }

  /** Sets that the line is from the host b[nameFrom, nameTo), and that its text starts at `textFrom`. */
  #come(line: Line, nameFrom: number, nameTo: number, textFrom: number): void {
    const { b, v } = line;
    line.host = this.#runtime.host(b, v, nameFrom, nameTo);
    if (!line.brief) line.stream = hashBytes(v, nameFrom, nameTo);
    line.from = textFrom;
  }
}

/** Position behind '{app="web", pod="web-1"}' at p; -1: there is no such thing, or no blank behind it. */
function labelsEnd(b: Uint8Array, p: number, to: number): number {
  let quoted = false;
  for (let k = p + 1; k < to; k++) {
    if (quoted && b[k] === 92) k++;
    else if (b[k] === 34) quoted = !quoted;
    else if (!quoted && b[k] === 125) return b[k + 1] === SPACE ? k + 1 : -1;
  }
  return -1;
}

export const platform = (runtime: Runtime): Envelope => new PlatformEnvelope(runtime);
