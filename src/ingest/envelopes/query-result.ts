/**
 * Fields of the rows that a query of CloudWatch gives (`aws logs get-query-results`). Each is a record of its own, and the stamp of a row
 * comes before its message:
 *   {"field":"@timestamp","value":"2024-10-29 17:04:15.123"}
 *   {"field":"@message","value":"line"}
 */
import { closingQuote } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { unescapeJson } from '../json-text.ts';
import { createZone } from '../zone.ts';
import type { Envelope } from './line.ts';

const HEAD_BYTES = 80;
const head = /^\{"field": ?"([@\w.]+)", ?"value": ?"/;

export function queryResult(runtime: Runtime): Envelope {
  const utc = runtime.stamp('iso', createZone('UTC'));
  const { cursor } = runtime;
  let stamp = Number.NaN;
  let digits = 0;
  return {
    id: 'query-result',
    forget() {
      stamp = Number.NaN;
    },
    peel(line) {
      const { b, v, from, to } = line;
      // {"fi
      if (b[from] !== 123 || b[from + 2] !== 102 || b[from + 3] !== 105) return false;
      const found = head.exec(b.toString('latin1', from, Math.min(to, from + HEAD_BYTES)));
      if (!found) return false;
      const text = from + found[0].length;
      if (found[1] === '@timestamp') {
        stamp = utc(b, v, text);
        digits = cursor.digits;
      }
      if (found[1] !== '@message') {
        // This record contains no line.
        line.from = to;
        return true;
      }
      const end = closingQuote(b, text, to);
      if (end < 0) return false;
      line.stamp = stamp;
      line.stampDigits = digits;
      line.stampZoned = true;
      const scratch = line.scratch(end - text);
      line.moveTo(scratch, unescapeJson(b, text, end, scratch.b));
      return true;
    },
  };
}
