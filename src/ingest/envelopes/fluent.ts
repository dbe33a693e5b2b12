/** Records that Fluent Bit writes to its standard output: `[0] kube.app: [[1730221455.123456789, {}], {"log":"line"}]`. */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Envelope } from './line.ts';

/** The record must start within so many bytes. */
const HEAD_BYTES = 300;
const head = /^\[\d+\] \S+: \[\[?(?=(\d+\.\d+))[\d.]+, (?:\{[^{}]*\}\], )?(?=\{")/;

export function fluent(runtime: Runtime): Envelope {
  const epoch = runtime.stamp('epoch-s');
  const { cursor } = runtime;
  return {
    id: 'fluent',
    peel(line) {
      const { b, v, from, to } = line;
      if (b[from] !== 91 || !isDigit(b[from + 1]) || b[to - 1] !== 93 || b[to - 2] !== 125) return false;
      const found = head.exec(b.toString('latin1', from, Math.min(to, from + HEAD_BYTES)));
      if (!found) return false;
      line.stamp = epoch(b, v, from + found[0].indexOf(found[1]));
      line.stampDigits = cursor.digits;
      line.stampZoned = true;
      const start = from + found[0].length;
      const scratch = line.scratch(to - start);
      const length = b.copy(scratch.b, 0, start, to - 1);
      line.moveTo(scratch, length);
      return true;
    },
  };
}
