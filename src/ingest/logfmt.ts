/** logfmt lines, read in place: key=value key="quoted value" key= … as Heroku's router and Go's loggers write them. */
import type { JsonVisitor, KeyLevel } from './json.ts';
import { findKey } from './json.ts';

const isKey = (c: number): boolean =>
  (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123) || c === 45 || c === 46 || c === 95 || c === 64;

/** Visits the wanted keys of b[from, end). @returns how many pairs the line has; -1 when it is no logfmt */
export function walkLogfmt(b: Uint8Array, from: number, end: number, level: KeyLevel, visit: JsonVisitor): number {
  let p = from;
  let pairs = 0;
  while (p < end) {
    while (b[p] === 32) p++;
    if (p >= end) break;
    const keyFrom = p;
    while (p < end && isKey(b[p])) p++;
    if (p === keyFrom || b[p] !== 61) return -1;
    const node = findKey(level, b, keyFrom, p);
    p++;
    pairs++;
    if (b[p] === 34) {
      const valueFrom = p + 1;
      for (p = valueFrom; p < end && b[p] !== 34; p++) if (b[p] === 92) p++;
      if (p >= end) return -1;
      if (node !== null && node.slot >= 0) visit(node.slot, true, valueFrom, p);
      p++;
    } else {
      const valueFrom = p;
      while (p < end && b[p] > 32) p++;
      if (node !== null && node.slot >= 0 && p > valueFrom) visit(node.slot, true, valueFrom, p);
    }
    if (p < end && b[p] !== 32) return -1;
  }
  return pairs;
}
