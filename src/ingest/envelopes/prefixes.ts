/**
 * Envelopes that stand in front of the line and leave it unchanged: CRI (files of Kubernetes), docker logs -t, kubectl logs with
 * --timestamps or --prefix, docker compose logs.
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { hashBytes } from '../memo.ts';
import type { Envelope } from './line.ts';

const isName = (c: number): boolean =>
  (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123) || c === 45 || c === 46 || c === 95;

/** "2024-10-29T17:04:15.123456789Z stdout F line"; P in place of F: the line continues in the next record of the stream. */
export function cri(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  const { cursor } = runtime;
  return {
    id: 'cri',
    peel(line) {
      const { b, v, from } = line;
      if (b[from + 10] !== 84) return false;
      const stamp = stampAt(b, v, from);
      const p = cursor.end;
      // " stdout F " or " stderr P "; very old files have neither F nor P.
      if (
        Number.isNaN(stamp) ||
        b[p] !== 32 ||
        b[p + 1] !== 115 ||
        b[p + 2] !== 116 ||
        b[p + 3] !== 100 ||
        b[p + 7] !== 32
      ) {
        return false;
      }
      const isOut = b[p + 4] === 111 && b[p + 5] === 117 && b[p + 6] === 116;
      const isErr = b[p + 4] === 101 && b[p + 5] === 114 && b[p + 6] === 114;
      if (!isOut && !isErr) return false;
      const tag = b[p + 8];
      const tagged = (tag === 70 || tag === 80) && (b[p + 9] === 32 || p + 9 >= line.to);
      line.stamp = stamp;
      line.stampDigits = 9;
      line.stream = isOut ? 1 : 2;
      line.partial = tagged && tag === 80;
      line.from = Math.min(line.to, tagged ? p + 10 : p + 8);
      return true;
    },
  };
}

/** "2024-10-29T17:04:15.123456789Z line" */
export function stamped(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  const { cursor } = runtime;
  return {
    id: 'stamped',
    peel(line) {
      const { b, v, from } = line;
      if (b[from + 10] !== 84 || b[from + 4] !== 45) return false;
      const stamp = stampAt(b, v, from);
      if (Number.isNaN(stamp) || Number.isNaN(cursor.offsetMinutes) || cursor.digits < 3 || b[cursor.end] !== 32)
        return false;
      line.stamp = stamp;
      line.stampDigits = cursor.digits;
      line.from = cursor.end + 1;
      return true;
    },
  };
}

/** "[pod/web-abc/app] line" */
export function kubectlPrefix(runtime: Runtime): Envelope {
  return {
    id: 'kubectl',
    peel(line) {
      const { b, v, from, to } = line;
      if (b[from] !== 91 || b[from + 1] !== 112 || b[from + 2] !== 111 || b[from + 3] !== 100 || b[from + 4] !== 47)
        return false;
      let p = from + 5;
      while (p < to && (isName(b[p]) || b[p] === 47)) p++;
      if (b[p] !== 93 || b[p + 1] !== 32) return false;
      line.host = runtime.host(b, v, from + 5, p);
      if (!line.brief) line.stream = hashBytes(v, from, p);
      line.from = p + 2;
      return true;
    },
  };
}

/**
 * "web-1 | line", with names padded to the longest one, and coloured on a terminal. Also "17:04:15 web.1 | line" (honcho, foreman) and
 * "0|web | line" (pm2).
 */
export function compose(runtime: Runtime): Envelope {
  return {
    id: 'compose',
    peel(line) {
      const { b, v, to } = line;
      const nameFrom = serviceFrom(b, line.from);
      const nameTo = serviceEnd(b, nameFrom, to);
      if (nameTo < 0) return false;
      let p = nameTo;
      while (b[p] === 32) p++;
      if (b[p] !== 124 || p === nameTo) return false;
      p = skipColour(b, p + 1);
      if (b[p] !== 32 && p < to) return false;
      line.host = runtime.host(b, v, nameFrom, nameTo);
      if (!line.brief) line.stream = hashBytes(v, nameFrom, nameTo);
      line.from = Math.min(p + 1, to);
      return true;
    },
  };
}

/** Position behind the time that honcho and foreman put in front of the name of a service, or the number that pm2 does. */
function serviceFrom(b: Uint8Array, from: number): number {
  const start = skipColour(b, from);
  const isTimed = b[start + 2] === 58 && b[start + 5] === 58 && b[start + 8] === 32;
  const p = isTimed ? skipColour(b, start + 9) : start;
  let digits = p;
  while (digits < p + 3 && isDigit(b[digits])) digits++;
  return digits > p && b[digits] === 124 && b[digits + 1] !== 32 ? digits + 1 : p;
}

const LONGEST_NAME = 128;

/**
 * Position behind the name of a container; -1: this is no name. Names have lower-case letters: "203.0.113.7 | " and "INFO | " begin a line
 * itself.
 */
function serviceEnd(b: Uint8Array, from: number, to: number): number {
  let p = from;
  let hasLowerCase = false;
  // "web.1.x2x9z@node1": a task of Docker Swarm, on its node.
  while (p < to && (isName(b[p]) || b[p] === 64)) {
    if (b[p] > 96) hasLowerCase = true;
    p++;
  }
  return hasLowerCase && p - from <= LONGEST_NAME ? p : -1;
}

/** Position behind the ANSI colour sequence at p; p if there is none. */
function skipColour(b: Uint8Array, p: number): number {
  if (b[p] !== 27 || b[p + 1] !== 91) return p;
  let k = p + 2;
  while (isDigit(b[k]) || b[k] === 59) k++;
  return b[k] === 109 ? k + 1 : p;
}
