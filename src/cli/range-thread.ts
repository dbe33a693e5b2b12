/** A thread of the bundle that reads ranges of a file. */
import type { RangeMessage, RangeThread } from '../engine/read-in-parallel.ts';
import { endThread, startThread } from '../engine/start-thread.ts';

/** Memory for new objects, MB: a reader creates few, but V8 would allow every thread 48. */
const YOUNG_MB = 6;

export function startRangeThread(): RangeThread {
  const worker = startThread('range-worker', {}, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const messages: RangeMessage[] = [];
  const answer = new Promise<RangeMessage[]>((resolve, reject) => {
    worker.on('message', (message: RangeMessage | null) => {
      if (message) messages.push(message);
      else resolve(messages);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
  });
  // Prevents an unhandled rejection if the thread dies before its answer is asked for.
  answer.catch(() => undefined);
  return {
    read(job) {
      worker.postMessage(job);
      return answer;
    },
    close: () => void endThread(worker),
  };
}
