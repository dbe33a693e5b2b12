/**
 * Records of `journalctl -o export`: one field per line ("__REALTIME_TIMESTAMP=1730221455123456", "_PID=811", "MESSAGE=line"), with an
 * empty line between records. The fields before the message say when it was written and by which process.
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Envelope, Line } from './line.ts';

const CURSOR = Buffer.from('__CURSOR=');
const REALTIME = Buffer.from('__REALTIME_TIMESTAMP=');
const PID = Buffer.from('_PID=');
const MESSAGE = Buffer.from('MESSAGE=');

function startsWith({ b, from, to }: Line, text: Uint8Array): boolean {
  if (to - from < text.length) return false;
  for (let k = 0; k < text.length; k++) if (b[from + k] !== text[k]) return false;
  return true;
}

export function journalRecord(runtime: Runtime): Envelope {
  const epoch = runtime.stamp('epoch-us');
  let stamp = Number.NaN;
  let worker = -1;
  return {
    id: 'journal-record',
    forget() {
      stamp = Number.NaN;
      worker = -1;
    },
    peel(line) {
      const { b, v, from } = line;
      if (b[from] === 95) {
        if (startsWith(line, CURSOR)) {
          stamp = Number.NaN;
          worker = -1;
        } else if (startsWith(line, REALTIME)) stamp = epoch(b, v, from + REALTIME.length);
        else if (startsWith(line, PID) && isDigit(b[from + PID.length])) {
          worker = runtime.worker(b, v, from + PID.length, line.to);
        }
        return false;
      }
      if (b[from] !== 77 || !startsWith(line, MESSAGE)) return false;
      line.from = from + MESSAGE.length;
      if (!Number.isNaN(stamp)) {
        line.stamp = stamp;
        line.stampDigits = 6;
        line.stampZoned = true;
      }
      if (worker >= 0) line.worker = worker;
      return true;
    },
  };
}
