/** Starts threads of the bundle, where the system has room for them, and ends them. */
import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { addressSpaceLeft, THREAD_BYTES } from '../ingest/address-space.ts';

/** Threads that have been started and have not taken yet what they reserve. */
let starting = 0;
/** Threads that are ending. */
let ending = 0;
let isFirst = true;

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
  let isCounted = true;
  const started = () => {
    if (isCounted) starting--;
    isCounted = false;
  };
  thread.once('online', started);
  // One that dies before is not online ever.
  thread.once('exit', started);
  // At its end the process takes down those that are left.
  if (isFirst) process.once('exit', collectAtOnce);
  isFirst = false;
  return thread;
}

const collectAtOnce = (): void => setFlagsFromString('--no-incremental-marking');

/**
 * To be called before a thread is ended, or asked to end. V8 goes on optimising what it ran while it is taken down; where that needs memory, a
 * collection in small steps is begun for a thread that is gone, and Node aborts (NodePlatform::ForIsolate: 5 of 360 reports on a busy
 * machine). So collections are not done in small steps meanwhile, in any thread.
 */
export function beforeEnd(thread: Worker): void {
  // Gone already.
  if (thread.threadId < 0) return;
  if (ending++ === 0) collectAtOnce();
  thread.once('exit', () => {
    if (--ending === 0) setFlagsFromString('--incremental-marking');
  });
}

/** @returns fulfilled when it is gone */
export async function endThread(thread: Worker): Promise<void> {
  beforeEnd(thread);
  await thread.terminate();
}
