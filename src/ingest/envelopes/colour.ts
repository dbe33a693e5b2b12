/** ANSI escape sequences (colour, cursor movement, titles): stripped from a copy, the raw line stays in its file. */
import { type Envelope, findIn } from './line.ts';

const ESC = 27;
const ESCAPE = Buffer.from([ESC]);

/** Behind the sequence that starts at p (an ESC). */
function sequenceEnd(b: Uint8Array, p: number, to: number): number {
  const kind = b[p + 1];
  let k = p + 2;
  if (kind === 91) {
    // CSI: parameters 0x30-0x3f, intermediates 0x20-0x2f, one final byte.
    while (k < to && b[k] >= 0x30 && b[k] <= 0x3f) k++;
    while (k < to && b[k] >= 0x20 && b[k] <= 0x2f) k++;
    return Math.min(to, k + 1);
  }
  if (kind === 93) {
    // OSC: up to BEL or ESC \.
    while (k < to && b[k] !== 7 && b[k] !== ESC) k++;
    return Math.min(to, b[k] === ESC ? k + 2 : k + 1);
  }
  return Math.min(to, p + 2);
}

export function colour(): Envelope {
  return {
    id: 'ansi',
    peel(line) {
      const { b, from, to } = line;
      if (findIn(b, ESCAPE, from, to) < 0) return false;
      const scratch = line.scratch(to - from);
      let length = 0;
      for (let p = from; p < to; ) {
        if (b[p] === ESC) p = sequenceEnd(b, p, to);
        else scratch.b[length++] = b[p++];
      }
      line.moveTo(scratch, length);
      return true;
    },
  };
}
