/** ANSI escape sequences (colour, cursor movement, titles), which are stripped from a copy of the line. */
import { copyUpTo, copyWords, type Envelope, findByte } from './line.ts';

const ESC = 27;

/** Position behind the sequence that starts at p with an ESC. */
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
  // "ESC ( B", which ends a colour where TERM is xterm or linux: intermediates, one final byte.
  k = p + 1;
  while (k < to && b[k] >= 0x20 && b[k] <= 0x2f) k++;
  return Math.min(to, k + 1);
}

export function colour(): Envelope {
  return {
    id: 'ansi',
    peel(line) {
      const { b, v, from, to } = line;
      const first = findByte(b, v, ESC, from, to);
      if (first < 0) return false;
      const scratch = line.scratch(to - from);
      let length = copyWords(v, from, first, scratch.v, 0);
      let p = first;
      while (p < to) {
        p = sequenceEnd(b, p, to);
        const before = length;
        length = copyUpTo(b, v, ESC, p, to, scratch.v, length);
        p += length - before;
      }
      line.moveTo(scratch, length);
      return true;
    },
  };
}
