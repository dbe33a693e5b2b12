/** A thread for runs of an examination; only in the bundle, not when run from source. */
import { type RunsThread, runsInThread } from '../engine/runs-thread.ts';
import { startThread } from '../engine/start-thread.ts';

const isBundled = !import.meta.url.endsWith('.ts');

export const startRunsThread = (): RunsThread | null =>
  isBundled ? runsInThread(() => startThread('runs-worker')) : null;
