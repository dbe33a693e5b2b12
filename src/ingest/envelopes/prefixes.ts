/**
 * Envelopes that stand in front of the line and leave it as it is: CRI (Kubernetes files), docker logs -t and kubectl logs
 * --timestamps, kubectl --prefix, docker compose logs.
 */
import type { Runtime } from '../compile/runtime.ts';
import { hashBytes } from '../memo.ts';
import type { Envelope } from './line.ts';

const isName = (c: number): boolean =>
  (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123) || c === 45 || c === 46 || c === 95;

/** "2024-10-29T17:04:15.123456789Z stdout F line"; P: the line goes on in the next record of the stream. */
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
      // " stdout F " or " stderr P "; very old files have no tag.
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
 * "web-1  | line", the name padded to the longest one; in colour on a terminal. Also "17:04:15 web.1   | line" (honcho, foreman) and
 * "0|web  | line" (pm2).
 */
export function compose(runtime: Runtime): Envelope {
  return {
    id: 'compose',
    peel(line) {
      const { b, v, to } = line;
      let p = skipColour(b, line.from);
      if (b[p + 2] === 58 && b[p + 5] === 58 && b[p + 8] === 32) p = skipColour(b, p + 9);
      let digits = p;
      while (digits < p + 3 && b[digits] > 47 && b[digits] < 58) digits++;
      if (digits > p && b[digits] === 124 && b[digits + 1] !== 32) p = digits + 1;
      const nameFrom = p;
      let lowerCase = false;
      // "web.1.x2x9z@node1": a task of a swarm, on its node.
      while (p < to && (isName(b[p]) || b[p] === 64)) {
        if (b[p] > 96) lowerCase = true;
        p++;
      }
      const nameTo = p;
      // Names of containers are in lower case: "203.0.113.7 | " and "INFO  | " begin a line of their own.
      if (!lowerCase || nameTo - nameFrom > 128) return false;
      while (b[p] === 32) p++;
      if (b[p] !== 124 || p === nameTo) return false;
      p = skipColour(b, p + 1);
      if (b[p] === 32) p++;
      else if (p < to) return false;
      line.host = runtime.host(b, v, nameFrom, nameTo);
      if (!line.brief) line.stream = hashBytes(v, nameFrom, nameTo);
      line.from = Math.min(p, to);
      return true;
    },
  };
}

/** Behind an ANSI colour sequence at p, if there is one. */
function skipColour(b: Uint8Array, p: number): number {
  if (b[p] !== 27 || b[p + 1] !== 91) return p;
  let k = p + 2;
  while ((b[k] > 47 && b[k] < 58) || b[k] === 59) k++;
  return b[k] === 109 ? k + 1 : p;
}
