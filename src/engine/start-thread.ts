/** Starts threads of the bundle, if the system has room for them, and ends them. */
import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { addressSpaceLeft, THREAD_BYTES } from '../ingest/address-space.ts';

/** Threads that were started but have not yet reserved their address space. */
let starting = 0;
/** Threads that are ending. */
let ending = 0;
let isFirst = true;

/**
 * @param script a file of dist/, without ".cjs"
 * @param data additional `workerData` for the thread
 * @throws if the system does not allow another thread, or if V8 would abort the process for lack of address space
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
  let isCounted = true;
  const started = () => {
    if (isCounted) starting--;
    isCounted = false;
  };
  thread.once('online', started);
  // A thread that dies early never comes online.
  thread.once('exit', started);
  // At its end the process terminates the remaining threads.
  if (isFirst) process.once('exit', collectAtOnce);
  isFirst = false;
  return thread;
}

const collectAtOnce = (): void => setFlagsFromString('--no-incremental-marking');

/**
 * To be called before a thread is ended or asked to end. V8 continues optimising while a thread is torn down. If that needs memory, an
 * incremental collection is started for a thread that no longer exists, and Node aborts (NodePlatform::ForIsolate: 5 of 360 reports on a
 * busy machine). So incremental marking is switched off meanwhile, in all threads.
 */
export function beforeEnd(thread: Worker): void {
  // The thread is gone already.
  if (thread.threadId < 0) return;
  if (ending++ === 0) collectAtOnce();
  thread.once('exit', () => {
    if (--ending === 0) setFlagsFromString('--incremental-marking');
  });
}

/** Resolves when the thread is gone. */
export async function endThread(thread: Worker): Promise<void> {
  beforeEnd(thread);
  await thread.terminate();
}
