/** A thread of the bundle that does runs for an examination; from source there is none. */
import { type RunsThread, runsInThread } from '../engine/runs-thread.ts';
import { startThread } from '../engine/start-thread.ts';

const isBundled = !import.meta.url.endsWith('.ts');

export const startRunsThread = (): RunsThread | null =>
  isBundled ? runsInThread(() => startThread('runs-worker')) : null;
