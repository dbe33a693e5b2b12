/** A thread of the bundle that does runs for an examination; from source there is none. */
import { Worker } from 'node:worker_threads';
import { type RunsThread, runsInThread } from '../engine/runs-thread.ts';

const isBundled = !import.meta.url.endsWith('.ts');

export const startRunsThread = (): RunsThread | null =>
  isBundled
    ? runsInThread(
        () => new Worker(new URL('../bin/thread.js', import.meta.url), { workerData: { script: 'runs-worker' } }),
      )
    : null;
