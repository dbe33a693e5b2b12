/**
 * An application under mod_wsgi logs into Apache's error log, one line each:
 *   [Tue Oct 29 17:04:15.252279 2024] [wsgi:error] [pid 811:tid 140] [remote 203.0.113.7:52138] line
 * The pid is that of the process that runs the application, and the stamp is finer than most.
 */
import { digitsEnd } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { type Envelope, findIn } from './line.ts';

const MODULE = Buffer.from('] [wsgi:error] [pid ');
const THREAD = Buffer.from(':tid ');
const CALLER = [Buffer.from('[remote '), Buffer.from('[client ')] as const;
/** Most bytes of a caller: an address and its port in brackets. */
const MOST_CALLER = 64;
const CLOSE = Buffer.from('] ');

export function apacheError(runtime: Runtime): Envelope {
  const stampAt = runtime.stamp('ctime');
  const { cursor } = runtime;
  return {
    id: 'apache-error',
    peel(line) {
      const { b, v, from, to } = line;
      if (b[from] !== 91 || b[from + 4] !== 32 || b[from + 8] !== 32) return false;
      const stamp = stampAt(b, v, from + 1);
      const { end, digits } = cursor;
      if (Number.isNaN(stamp) || findIn(b, MODULE, end, end + MODULE.length) !== end) return false;
      const pid = end + MODULE.length;
      const pidEnd = digitsEnd(b, pid);
      const thread = pidEnd + THREAD.length;
      const hasThread = findIn(b, THREAD, pidEnd, thread) === pidEnd;
      const closing = hasThread ? digitsEnd(b, thread) : pidEnd;
      if (pidEnd === pid || b[closing] !== 93 || b[closing + 1] !== 32) return false;
      let p = closing + 2;
      if (CALLER.some((caller) => findIn(b, caller, p, p + caller.length) === p)) {
        const caller = findIn(b, CLOSE, p, Math.min(to, p + MOST_CALLER));
        if (caller < 0) return false;
        p = caller + CLOSE.length;
      }
      line.from = p;
      line.stamp = stamp;
      line.stampDigits = digits;
      line.stampZoned = false;
      line.worker = runtime.worker(b, v, pid, pidEnd);
      if (hasThread) line.thread = runtime.thread(b, v, thread, closing);
      return true;
    },
  };
}
