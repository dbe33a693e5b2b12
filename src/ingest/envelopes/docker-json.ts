/**
 * Docker's json-file log driver: {"log":"…\n","stream":"stdout","time":"2024-10-29T17:04:15.123456789Z"}. A line longer than 16 KiB comes
 * in several records: one whose text lacks the newline continues in the next record of its stream. A shorter text without a newline is a
 * whole line, as Docker's fluentd driver and other collectors remove it.
 */
import type { Runtime } from '../compile/runtime.ts';
import { unescaped, unescapeString } from '../json-text.ts';
import { type Envelope, findIn } from './line.ts';

const HEAD = Buffer.from('{"log":"');
const TIME = Buffer.from('"time":"');
/** Docker stores longer lines in pieces of so many bytes. */
const PIECE_BYTES = 16 * 1024;
const STDERR = Buffer.from('"stream":"stderr"');

export function dockerJson(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  return {
    id: 'docker',
    peel(line) {
      const { b, v, from, to } = line;
      for (let k = 0; k < HEAD.length; k++) if (b[from + k] !== HEAD[k]) return false;
      const textFrom = from + HEAD.length;
      const scratch = line.scratch(to - textFrom);
      let length = unescapeString(b, v, textFrom, to, scratch.b, scratch.v);
      const textTo = unescaped.end;
      if (textTo >= to) return false;
      const time = findIn(b, TIME, textTo, to);
      if (time < 0) return false;
      const stamp = stampAt(b, v, time + TIME.length);
      if (Number.isNaN(stamp)) return false;
      line.stamp = stamp;
      line.stampDigits = 9;
      line.stream = findIn(b, STDERR, textTo, time) >= 0 ? 2 : 1;
      // Unescaping wrote the newline of the text as a vertical tab.
      const hasNewline = length > 0 && scratch.b[length - 1] === 11;
      line.partial = !hasNewline && length >= PIECE_BYTES;
      if (hasNewline) length--;
      line.moveTo(scratch, length);
      return true;
    },
  };
}
