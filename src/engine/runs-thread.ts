/**
 * A second core for an examination, which is one long computation: runs of filters that may turn out to be needed are begun in a thread of their
 * own. Whoever comes first does a run, the thread or the examination itself; what it finds is the same. A thread that dies or cannot be
 * started costs nothing but its time.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { type Elsewhere, type RunsAsked, type RunsFound, runsFor } from '../analysis/wait/runs-elsewhere.ts';
import { threadsStart } from './patient-v8.ts';
import { beforeEnd, endThread } from './start-thread.ts';

/** Of fewer requests a run takes no longer than a thread takes to start. */
const WORTH_A_THREAD = 400;
/** Runs of more requests at once would take more memory than a log may: 253 MiB of 38,000, 204 one after the other. */
const MOST_AT_ONCE = 20_000;
/** A thread that has not answered after this time, ms, has died. */
const MOST_WAITED = 60_000;

/** Where a run stands; in memory that both threads see. */
export const OPEN = 0;
export const TAKEN = 1;
export const DONE = 2;
export const FAILED = 3;
/** The examination does it itself, or nobody. */
const NOT_THEIRS = 4;

/** What the thread is told. */
export interface RunsJob {
  readonly asked: RunsAsked;
  readonly state: Int32Array;
  readonly answer: MessagePort;
}

export interface RunsThread {
  readonly elsewhere: Elsewhere;
  close(): void;
}

/** null: there is none. */
export type StartRuns = () => RunsThread | null;

/** Examines beside a thread that does runs, if one may be started. */
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
      // The examination goes on without it.
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
      // One that has done something and has nothing to do ends by itself, and writes down its code for the next time.
      if (ends.includes(DONE) && !ends.includes(TAKEN)) {
        beforeEnd(thread);
        thread.ref();
        thread.postMessage(null);
      } else void endThread(thread);
    },
  };
}

/** null: the thread has not begun, or failed. */
function answerOf(state: Int32Array, port: MessagePort): RunsFound | null {
  if (Atomics.compareExchange(state, 0, OPEN, NOT_THEIRS) === OPEN) return null;
  Atomics.wait(state, 0, TAKEN, MOST_WAITED);
  const found = Atomics.load(state, 0) === DONE ? receiveMessageOnPort(port) : undefined;
  return (found?.message as RunsFound | undefined) ?? null;
}
