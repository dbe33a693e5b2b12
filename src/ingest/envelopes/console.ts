/**
 * Labels that consoles draw in front of a line:
 *         INFO   line          fastapi run
 *    ▕  line                   the same on a terminal, later
 */
import { type Envelope, findIn } from './line.ts';

const SPACE = 32;
/** Blanks in front of the longest label, and of the shortest. */
const LEAST_BLANKS = 3;
const MOST_BLANKS = 12;
const BAR = Buffer.from(' \u2595  ');
const labels = ['INFO', 'DEBUG', 'WARNING', 'WARN', 'ERROR', 'CRITICAL'].map((label) => Buffer.from(`${label}  `));

export function consoleLabel(): Envelope {
  return {
    id: 'console',
    peel(line) {
      const { b, from, to } = line;
      if (b[from] !== SPACE) return false;
      if (findIn(b, BAR, from, Math.min(to, from + BAR.length)) === from) {
        line.from = from + BAR.length;
        return true;
      }
      let p = from;
      while (b[p] === SPACE && p < from + MOST_BLANKS) p++;
      if (p < from + LEAST_BLANKS) return false;
      const label = labels.find((text) => findIn(b, text, p, Math.min(to, p + text.length)) === p);
      if (!label) return false;
      p += label.length;
      while (b[p] === SPACE && p < to) p++;
      line.from = p;
      return p < to;
    },
  };
}
