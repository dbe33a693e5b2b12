/**
 * A line inside quotes. Either behind a stamp in a row of comma-separated values ("2024-10-29 17:04:15.037","… ""GET / HTTP/1.1"" …", as
 * CloudWatch exports queries), or as the message in a line of named values (time="…" level=info msg="… \"GET / …"; with structlog's
 * LogfmtRenderer event="… \"GET / …" level=info timestamp=…).
 */
import type { Runtime } from '../compile/runtime.ts';
import { unescaped, unescapeString } from '../json-text.ts';
import type { Envelope, Line } from './line.ts';

const QUOTE = 34;
const names = [' msg="', ' message="', ' event="', ' log="'].map((text) => Buffer.from(text));
const stamps = [' timestamp=', ' time=', ' ts='].map((text) => Buffer.from(text));
/** The message must start within so many bytes. */
const HEAD_BYTES = 300;
const isLower = (c: number): boolean => c > 96 && c < 123;

export function quoted(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  const { cursor } = runtime;

  const setStamp = (line: Line, at: number): boolean => {
    const stamp = stampAt(line.b, line.v, at);
    if (Number.isNaN(stamp)) return false;
    line.stampAs(stamp, cursor);
    return true;
  };

  const row = (line: Line): boolean => {
    const { b, from, to } = line;
    if (b[from + 5] !== 45 || b[to - 1] !== QUOTE || !setStamp(line, from + 1)) return false;
    const { end } = cursor;
    if (b[end] !== QUOTE || b[end + 1] !== 44 || b[end + 2] !== QUOTE) return false;
    const textFrom = end + 3;
    const scratch = line.scratch(to - textFrom);
    let length = 0;
    for (let p = textFrom; p < to - 1; p++) {
      if (b[p] === QUOTE) {
        // A quote that is not doubled ends the value, so another value follows.
        if (b[p + 1] !== QUOTE || p + 1 >= to - 1) return false;
        p++;
      }
      scratch.b[length++] = b[p];
    }
    line.moveTo(scratch, length);
    return true;
  };

  const setStampOf = (line: Line, valueAt: number): boolean =>
    setStamp(line, line.b[valueAt] === QUOTE ? valueAt + 1 : valueAt);

  const setStampBehind = (line: Line, from: number): void => {
    const behind = line.b.subarray(from, line.to);
    for (const name of stamps) {
      const at = behind.indexOf(name);
      if (at >= 0 && setStampOf(line, from + at + name.length)) return;
    }
  };

  /** Where the message begins; -1: there is none. */
  const messageAt = ({ b, from, to }: Line): number => {
    const head = b.subarray(from, Math.min(to, from + HEAD_BYTES));
    for (const name of names) {
      // The first value of the line has no blank in front of its name.
      const isFirst = head.length >= name.length && name.compare(head, 0, name.length - 1, 1) === 0;
      if (isFirst) return from + name.length - 1;
      const at = head.indexOf(name);
      if (at >= 0) return from + at + name.length;
    }
    return -1;
  };

  const named = (line: Line): boolean => {
    const { b, v, from, to } = line;
    let equals = from;
    while (isLower(b[equals])) equals++;
    const textFrom = b[equals] === 61 ? messageAt(line) : -1;
    if (textFrom < 0) return false;
    const scratch = line.scratch(to - textFrom);
    const length = unescapeString(b, v, textFrom, to, scratch.b, scratch.v);
    const { end } = unescaped;
    if (end >= to) return false;
    if (textFrom === equals + 2) setStampBehind(line, end + 1);
    else setStampOf(line, equals + 1);
    line.moveTo(scratch, length);
    return true;
  };

  return {
    id: 'quoted',
    peel(line) {
      const c = line.b[line.from];
      if (c === QUOTE) return row(line);
      return isLower(c) && named(line);
    },
  };
}
