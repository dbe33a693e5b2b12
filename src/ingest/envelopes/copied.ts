/**
 * What stands in front of lines that were taken from another log:
 *   access.log:12:line, /var/log/web/access.log.1:line    grep, rg
 *   > line                                                a mail, diff
 *   <RS>{"MESSAGE": …}                                    journalctl -o json-seq
 *   <id><tab>2024-10-29T17:04:15Z<tab>…<tab>line          an archive of Papertrail: two stamps, source, address, facility, severity, program
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { hashBytes } from '../memo.ts';
import type { StampReader } from '../stamps.ts';
import type { Envelope, Line } from './line.ts';

const TAB = 9;
const RECORD = 30;
const SPACE = 32;
const COLON = 58;
const GREATER = 62;
const MAX_NAME = 200;
const LEAST_ID = 15;
const PROGRAM = 8;
const PAPERTRAIL_COLUMNS = 9;
/** How the names of logs end, perhaps followed by a number or a date. */
const ending = /\.(?:log|out|err|txt)(?:[.-]\d+)*$/;

const isPath = (c: number): boolean =>
  (c > 44 && c < 58) || (c > 64 && c < 91) || c === 95 || (c > 96 && c < 123) || c === 64 || c === 43;

class CopiedEnvelope implements Envelope {
  readonly id = 'copied';
  readonly #runtime: Runtime;
  readonly #iso: StampReader;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#iso = runtime.stamp('iso');
  }

  peel(line: Line): boolean {
    const { b, from } = line;
    const c = b[from];
    if (c === RECORD || (c === GREATER && b[from + 1] === SPACE)) {
      line.from = from + (c === RECORD ? 1 : 2);
      return line.from < line.to;
    }
    return isPath(c) && (this.#named(line) || (isDigit(c) && this.#archived(line)));
  }

  #named(line: Line): boolean {
    const { b, v, from, to } = line;
    const most = Math.min(to, from + MAX_NAME);
    let p = from;
    while (p < most && isPath(b[p])) p++;
    if (b[p] !== COLON || p - from < 5 || !ending.test(b.toString('latin1', from, p))) return false;
    const name = p;
    p++;
    // "12:" is the number of the line; but in "17:04:15" it is the beginning of a time.
    let number = p;
    while (isDigit(b[number])) number++;
    if (number > p && b[number] === COLON && !(number - p === 2 && isDigit(b[number + 1]) && b[number + 3] === COLON)) {
      p = number + 1;
    }
    line.host = this.#runtime.host(b, v, from, name);
    if (!line.brief) line.stream = hashBytes(v, from, name);
    line.from = p;
    return true;
  }

  #archived(line: Line): boolean {
    const { b, v, from, to } = line;
    const starts: number[] = [];
    for (let p = from; p < to && starts.length < PAPERTRAIL_COLUMNS; p++) if (b[p] === TAB) starts.push(p + 1);
    if (starts.length < PAPERTRAIL_COLUMNS || starts[0] - from <= LEAST_ID || b[starts[0] + 10] !== 84) return false;
    for (let p = from; p < starts[0] - 1; p++) if (!isDigit(b[p])) return false;
    const stamp = this.#iso(b, v, starts[0]);
    const { cursor } = this.#runtime;
    if (Number.isNaN(stamp) || cursor.end !== starts[1] - 1) return false;
    line.stampAs(stamp, cursor);
    // The name of the source.
    line.host = this.#runtime.host(b, v, starts[3], starts[4] - 1);
    line.tag = this.#runtime.tag(b, v, starts[PROGRAM - 1], starts[PROGRAM] - 1);
    line.from = starts[PROGRAM];
    return true;
  }
}

export const copied = (runtime: Runtime): Envelope => new CopiedEnvelope(runtime);
