/** How saved logs are read and examined on several cores; the result is the same for any number of threads. */
import { availableParallelism } from 'node:os';
import type { LogFormat } from '../core/format.ts';
import type { PostMortemOptions } from '../engine/post-mortem.ts';
import type { InputOptions } from './input-options.ts';
import type { Progress } from './progress.ts';
import { startRangeThread } from './range-thread.ts';
import { startRunsThread } from './runs-thread.ts';
import { askedWindow, type WindowOptions } from './window-options.ts';

/** Each thread takes 25 to 40 MB: with four, a log of any size is read in less than 300 MiB, and as fast as most disks deliver it. */
export const MOST_BY_THEMSELVES = 4;

export const usualThreads = (): number => Math.min(MOST_BY_THEMSELVES, availableParallelism());

export const onCores = (threads = usualThreads()): Pick<PostMortemOptions, 'parallel' | 'startRuns'> => ({
  parallel: { threads, startThread: startRangeThread },
  ...(threads > 1 ? { startRuns: startRunsThread } : {}),
});

/** Options for a command that reads and examines saved logs and needs nothing special. */
export const asAsked = (
  formats: readonly LogFormat[],
  options: InputOptions & WindowOptions,
  progress: Progress,
): PostMortemOptions => ({
  formats,
  ...options,
  ...onCores(),
  window: askedWindow(options),
  onProgress: progress.report,
  onDamage: progress.damaged,
});
