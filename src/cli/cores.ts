/** How saved logs are read and examined on the cores there are: the result is the same for any number of threads. */
import { availableParallelism } from 'node:os';
import type { PostMortemOptions } from '../engine/post-mortem.ts';
import { startRangeThread } from './range-thread.ts';
import { startRunsThread } from './runs-thread.ts';

/** Each takes 25 to 40 MB: with four a log of any size is read in less than 300 MiB, and as fast as most disks give it. */
export const MOST_BY_THEMSELVES = 4;

export const usualThreads = (): number => Math.min(MOST_BY_THEMSELVES, availableParallelism());

export const onCores = (threads = usualThreads()): Pick<PostMortemOptions, 'parallel' | 'startRuns'> => ({
  parallel: { threads, startThread: startRangeThread },
  ...(threads > 1 ? { startRuns: startRunsThread } : {}),
});
