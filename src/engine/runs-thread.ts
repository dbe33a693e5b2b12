/**
 * A second core for an examination, which is one long computation: runs of filters that may be needed are started in a thread of their own.
 * Each run is done by whoever comes first, the thread or the examination; the result is the same. A thread that dies or cannot be started
 * only costs time.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { type Elsewhere, type RunsAsked, type RunsFound, runsFor } from '../analysis/wait/runs-elsewhere.ts';
import { threadsStart } from './patient-v8.ts';
import { beforeEnd, endThread } from './start-thread.ts';

/** Requests below which a run takes no longer than starting a thread. */
const WORTH_A_THREAD = 400;
/** Requests above which parallel runs would need too much memory: 253 MiB for 38,000, against 204 one after the other. */
const MOST_AT_ONCE = 20_000;
/** A thread that has not answered after this time (ms) is considered dead. */
const MOST_WAITED = 60_000;

/** State of a run, in memory that both threads share. */
export const OPEN = 0;
export const TAKEN = 1;
export const DONE = 2;
export const FAILED = 3;
/** Taken by the examination itself, or not needed. */
const NOT_THEIRS = 4;

/** Sent to the thread. */
export interface RunsJob {
  readonly asked: RunsAsked;
  readonly state: Int32Array;
  readonly answer: MessagePort;
}

export interface RunsThread {
  readonly elsewhere: Elsewhere;
  close(): void;
}

/** null: no thread is available. */
export type StartRuns = () => RunsThread | null;

/** Runs `examine` beside a thread for runs, if one may be started. */
export async function besideRuns<T>(
  start: StartRuns | undefined,
  examine: (elsewhere: { elsewhere?: Elsewhere }) => Promise<T>,
): Promise<T> {
  const runs = start?.();
  try {
    return await examine(runs ? { elsewhere: runs.elsewhere } : {});
  } finally {
    runs?.close();
  }
}

/** @param start starts a thread that runs `runs-worker.ts` */
export function runsInThread(start: () => Worker): RunsThread {
  let thread: Worker | null | undefined;
  let loaded: () => void = () => undefined;
  const states: Int32Array[] = [];
  const startOnce = (): Worker | null => {
    if (thread !== undefined) return thread;
    try {
      loaded = threadsStart();
      thread = start();
      // If the thread fails, the examination goes on without it.
      thread.on('error', () => undefined);
      thread.unref();
    } catch {
      thread = null;
    }
    return thread;
  };
  return {
    elsewhere(asked) {
      const { length } = asked.kind === 'lanes' ? asked.lanes : asked.queue;
      const worker = length < WORTH_A_THREAD || length > MOST_AT_ONCE ? null : startOnce();
      if (!worker) return () => runsFor(asked);
      const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      states.push(state);
      const job: RunsJob = { asked, state, answer: port2 };
      worker.postMessage(job, [port2]);
      return () => answerOf(state, port1) ?? runsFor(asked);
    },
    close() {
      loaded();
      if (!thread) return;
      const ends = states.map((state) => Atomics.compareExchange(state, 0, OPEN, NOT_THEIRS));
      // A thread that has done a run and is idle may end by itself and so write its code cache for the next time.
      if (ends.includes(DONE) && !ends.includes(TAKEN)) {
        beforeEnd(thread);
        thread.ref();
        thread.postMessage(null);
      } else void endThread(thread);
    },
  };
}

/** null: the thread has not begun the run, or it failed. */
function answerOf(state: Int32Array, port: MessagePort): RunsFound | null {
  if (Atomics.compareExchange(state, 0, OPEN, NOT_THEIRS) === OPEN) return null;
  Atomics.wait(state, 0, TAKEN, MOST_WAITED);
  const found = Atomics.load(state, 0) === DONE ? receiveMessageOnPort(port) : undefined;
  return (found?.message as RunsFound | undefined) ?? null;
}
