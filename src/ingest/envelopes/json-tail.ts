/**
 * A JSON object behind a prefix for consoles: "2024/10/29 17:04:15.123\tINFO\thttp.log.access\thandled request\t{…}" (Caddy and others
 * with zap's console encoder), "2024-10-29 17:04:15,123 INFO request {…}".
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Envelope } from './line.ts';

/** The object must start within so many bytes. */
const HEAD_BYTES = 200;

export function jsonTail(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('iso');
  const { cursor } = runtime;
  return {
    id: 'json-tail',
    peel(line) {
      const { b, v, from, to } = line;
      if (!isDigit(b[from]) || b[to - 1] !== 125) return false;
      const limit = Math.min(to - 2, from + HEAD_BYTES);
      let p = from + 1;
      while (p < limit && !(b[p] === 123 && b[p + 1] === 34 && (b[p - 1] === 9 || b[p - 1] === 32))) p++;
      if (p >= limit) return false;
      const stamp = stampAt(b, v, from);
      if (Number.isNaN(stamp)) return false;
      line.stampAs(stamp, cursor);
      line.from = p;
      return true;
    },
  };
}
