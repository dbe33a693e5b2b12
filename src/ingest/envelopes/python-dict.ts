/**
 * A Python dict with at least two dicts inside, as `logging` and `print` write it, alone or behind a stamp: "2024-10-29 17:04:15,123
 * {'request': {'method': 'GET', …}, 'response': {…}}". It is rewritten as JSON. A simpler dict is read by its look, which supports more
 * forms of dates.
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Envelope } from './line.ts';

const [QUOTE, APOSTROPHE, BACKSLASH, SMALL_U, SMALL_X, ZERO] = [34, 39, 92, 117, 120, 48];
const [OPEN_PAREN, CLOSE_PAREN, OPEN_BRACKET, CLOSE_BRACKET] = [40, 41, 91, 93];
const [OPEN_BRACE, CLOSE_BRACE] = [123, 125];

const opening = Buffer.from("{'");
const nested = Buffer.from(": {'");
/** The dict must start within so many bytes. */
const HEAD_BYTES = 200;

const holdsTwo = (dict: Buffer): boolean => {
  const first = dict.indexOf(nested);
  return first >= 0 && dict.indexOf(nested, first + 1) >= 0;
};

export function pythonDict(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  const { cursor } = runtime;
  return {
    id: 'dict',
    peel(line) {
      const { b, v, from, to } = line;
      if (b[to - 1] !== CLOSE_BRACE) return false;
      if (b[from] === OPEN_BRACE ? b[from + 1] !== APOSTROPHE : !isDigit(b[from])) return false;
      const at = b.subarray(from, Math.min(to, from + HEAD_BYTES)).indexOf(opening);
      if (at < 0 || !holdsTwo(b.subarray(from + at, to))) return false;
      const stamp = at === 0 ? Number.NaN : stampAt(b, v, from);
      if (at > 0 && Number.isNaN(stamp)) return false;
      if (at > 0) line.stampAs(stamp, cursor);
      // "\x1b" becomes two bytes longer, and a quote one byte.
      const scratch = line.scratch(2 * (to - from));
      line.moveTo(scratch, toJson(b, from + at, to, scratch.b));
      return true;
    },
  };
}

/** Outside of strings: tuples become lists, and the first letters of "True" and "False" become lower-case. */
const signs = new Map([
  [OPEN_PAREN, OPEN_BRACKET],
  [CLOSE_PAREN, CLOSE_BRACKET],
  [84, 116],
  [70, 102],
]);
const none = Buffer.from('None');
const isQuote = (c: number): boolean => c === QUOTE || c === APOSTROPHE;
const CAPITAL_N = 78;
const isNone = (b: Buffer, p: number): boolean => b[p] === CAPITAL_N && none.compare(b, p, p + none.length) === 0;

function toJson(b: Buffer, from: number, to: number, into: Buffer): number {
  let k = 0;
  let quote = 0;
  for (let p = from; p < to; p++) {
    const c = b[p];
    const isOpening = quote === 0 && isQuote(c);
    if (isOpening || c === quote) {
      quote = isOpening ? c : 0;
      into[k++] = QUOTE;
    } else if (quote === 0 && isNone(b, p)) {
      k += into.write('null', k);
      p += none.length - 1;
    } else if (quote === 0) {
      into[k++] = signs.get(c) ?? c;
    } else if (c === BACKSLASH) {
      k = putEscape(b[++p], into, k);
    } else {
      if (c === QUOTE) into[k++] = BACKSLASH;
      into[k++] = c;
    }
  }
  return k;
}

/** Writes an escape: "\'" does not exist in JSON, and "\x1b" becomes "\u001b". */
function putEscape(c: number, into: Buffer, at: number): number {
  let k = at;
  if (c === APOSTROPHE) {
    into[k++] = c;
    return k;
  }
  into[k++] = BACKSLASH;
  if (c !== SMALL_X) {
    into[k++] = c;
    return k;
  }
  into[k++] = SMALL_U;
  into[k++] = ZERO;
  into[k++] = ZERO;
  return k;
}
