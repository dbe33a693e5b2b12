/** Starts a thread of the bundle on a range of a file. */
import { Worker } from 'node:worker_threads';
import type { RangeMessage } from '../engine/read-in-parallel.ts';
import type { RangeJob } from '../engine/read-range.ts';

export function startRange(job: RangeJob): Promise<RangeMessage> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./range-worker.mjs', import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
  });
}
