/** Python's b'…' around a line, printed by programs that log bytes (datagrams of a socket) without decoding them. */
import type { Envelope } from './line.ts';

const hex = (c: number): number => (c > 47 && c < 58 ? c - 48 : c > 96 && c < 103 ? c - 87 : -1);

const escapes: Readonly<Record<number, number>> = { 110: 11, 114: 13, 116: 9 };

/** Writes b[from, to) without its escapes into `into`; newlines become vertical tabs, so that it stays one line. @returns the length */
function unescaped(b: Uint8Array, from: number, to: number, into: Uint8Array): number {
  let length = 0;
  for (let p = from; p < to; p++) {
    if (b[p] !== 92) {
      into[length++] = b[p];
      continue;
    }
    p++;
    const code = b[p] === 120 ? hex(b[p + 1]) * 16 + hex(b[p + 2]) : -1;
    if (code < 0) into[length++] = escapes[b[p]] ?? b[p];
    else {
      into[length++] = code === 10 ? 11 : code;
      p += 2;
    }
  }
  return length;
}

export function pythonBytes(): Envelope {
  return {
    id: 'bytes',
    peel(line) {
      const { b, from, to } = line;
      const quote = b[from + 1];
      if (b[from] !== 98 || (quote !== 39 && quote !== 34) || to - from < 4 || b[to - 1] !== quote) return false;
      const scratch = line.scratch(to - from);
      const length = unescaped(b, from + 2, to - 1, scratch.b);
      // gunicorn ends its datagrams with a NUL.
      line.moveTo(scratch, scratch.b[length - 1] === 0 ? length - 1 : length);
      return true;
    },
  };
}
