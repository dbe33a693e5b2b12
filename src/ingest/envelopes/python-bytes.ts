/** Python's b'…' around a line: what a program prints that logs bytes (datagrams of a socket) without decoding them. */
import type { Envelope } from './line.ts';

const hex = (c: number): number => (c > 47 && c < 58 ? c - 48 : c > 96 && c < 103 ? c - 87 : -1);

const escapes: Readonly<Record<number, number>> = { 110: 11, 114: 13, 116: 9 };

export function pythonBytes(): Envelope {
  return {
    id: 'bytes',
    peel(line) {
      const { b, from, to } = line;
      const quote = b[from + 1];
      if (b[from] !== 98 || (quote !== 39 && quote !== 34) || to - from < 4 || b[to - 1] !== quote) return false;
      const scratch = line.scratch(to - from);
      let length = 0;
      for (let p = from + 2; p < to - 1; p++) {
        if (b[p] !== 92) {
          scratch.b[length++] = b[p];
          continue;
        }
        p++;
        const code = b[p] === 120 ? hex(b[p + 1]) * 16 + hex(b[p + 2]) : -1;
        if (code >= 0) {
          scratch.b[length++] = code === 10 ? 11 : code;
          p += 2;
        } else scratch.b[length++] = escapes[b[p]] ?? b[p];
      }
      // gunicorn ends its datagrams with NUL.
      if (scratch.b[length - 1] === 0) length--;
      line.moveTo(scratch, length);
      return true;
    },
  };
}
