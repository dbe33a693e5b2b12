/** Starts threads of the bundle, where the system has room for them. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { addressSpaceLeft, THREAD_BYTES } from '../ingest/address-space.ts';

/** Threads that have been started and have not taken yet what they reserve. */
let starting = 0;

/**
 * @param script of dist/, without ".cjs"
 * @param data for the thread besides
 * @throws where the system does not let us start another thread, or V8 would end the process for want of address space
 */
export function startThread(
  script: string,
  data: Readonly<Record<string, unknown>> = {},
  options: WorkerOptions = {},
): Worker {
  if (addressSpaceLeft() < (starting + 1) * THREAD_BYTES)
    throw new Error('the address space (ulimit -v) is too small for a thread');
  const thread = new Worker(new URL('../bin/thread.js', import.meta.url), {
    ...options,
    workerData: { ...data, script },
  });
  starting++;
  thread.once('online', () => starting--);
  return thread;
}
