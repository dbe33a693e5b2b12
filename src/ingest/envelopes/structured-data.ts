/** The structured data of a syslog message (RFC 5424, section 6.3). */
import { closingQuote } from '../bytes.ts';

/** Position behind '[id k="v"][id2 …]' at `from`; -1: this is no structured data. */
export function structuredDataEnd(b: Uint8Array, from: number, to: number): number {
  let p = from;
  while (b[p] === 91) {
    p++;
    const id = p;
    while (p < to && b[p] > 32 && b[p] !== 93 && b[p] !== 61 && b[p] !== 34 && b[p] !== 91) p++;
    if (p === id) return -1;
    while (b[p] === 32) {
      p = parameterEnd(b, p + 1, to);
      if (p < 0) return -1;
    }
    if (b[p] !== 93) return -1;
    p++;
  }
  return p;
}

/** Position behind 'k="v"' at `from`; -1: there is no such thing. */
function parameterEnd(b: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to && b[p] > 32 && b[p] !== 61 && b[p] !== 93) p++;
  if (b[p] !== 61 || b[p + 1] !== 34) return -1;
  const close = closingQuote(b, p + 2, to);
  return close < 0 ? -1 : close + 1;
}
