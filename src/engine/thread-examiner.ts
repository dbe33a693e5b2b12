/**
 * An examiner in a thread of its own. A thread that dies is replaced, and its window is given up with the reason. If no thread can be
 * started (no processes, open files or memory left), windows are examined in this thread: slow is better than not at all.
 */
import type { Worker } from 'node:worker_threads';
import type { Partial as LogPartial } from '../analysis/partial.ts';
import { stateOf } from '../analysis/partial-state.ts';
import type { Names } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { FilteredPart } from '../core/part.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { InputSummary } from '../core/summary.ts';
import { sliceRows } from '../core/table.ts';
import type { ThreadRequest } from './examine-worker.ts';
import {
  type ExaminedWindow,
  type Examiner,
  type ExamineWindow,
  type FormatAdvice,
  LocalExaminer,
} from './examiner.ts';
import { threadsStart } from './patient-v8.ts';
import { endThread, startThread } from './start-thread.ts';

/** ms after which an online thread has loaded its script, except on a very busy machine. */
const LOADING_MS = 30;

/** A request without its id. */
type Question = ThreadRequest extends infer Request ? (Request extends unknown ? Omit<Request, 'id'> : never) : never;

export class ThreadExaminer implements Examiner {
  readonly #names: Names;
  readonly #formats: readonly FormatAdvice[];
  #thread: Worker | null = null;
  /** true: a thread has answered before, so threads can be started. */
  #isProven = false;
  #local: LocalExaminer | null = null;
  #closed = false;
  #known = { workers: 0, threads: 0, routes: 0 };
  #next = 1;
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();

  constructor(names: Names, formats: readonly FormatAdvice[]) {
    this.#names = names;
    // Only what can be copied to another thread and is needed there.
    this.#formats = formats.map(({ id, enable, writesCombined }) => ({
      id,
      enable,
      writesCombined,
    })) as unknown as readonly FormatAdvice[];
  }

  examine(window: ExamineWindow): Promise<ExaminedWindow> {
    return this.#elsewhere(
      () => this.#examine(window),
      (local) => local.examine(window),
    );
  }

  /** Asks the thread, or examines here if no thread can be started. */
  async #elsewhere<Answer>(
    inThread: () => Promise<Answer>,
    here: (local: LocalExaminer) => Promise<Answer>,
  ): Promise<Answer> {
    if (!this.#local) {
      try {
        return await inThread();
      } catch (error) {
        if (this.#isProven || this.#closed) throw error;
        this.#local ??= new LocalExaminer(this.#names, this.#formats);
      }
    }
    return here(this.#local);
  }

  async #examine(window: ExamineWindow): Promise<ExaminedWindow> {
    const thread = this.#start();
    const fresh = (dictionary: Dictionary, from: number) =>
      Array.from({ length: dictionary.size - from }, (_, i) => dictionary.text(from + i));
    const names = {
      workers: fresh(this.#names.workers, this.#known.workers),
      threads: fresh(this.#names.threads, this.#known.threads),
      routes: fresh(this.#names.routes, this.#known.routes),
    };
    this.#known = {
      workers: this.#names.workers.size,
      threads: this.#names.threads.size,
      routes: this.#names.routes.size,
    };
    return this.#ask(thread, { window: { ...window, requests: compact(window) }, names });
  }

  examineAll(partial: LogPartial, inputs: readonly InputSummary[]): Promise<ExaminedWindow> {
    return this.#elsewhere(
      async () => this.#ask(this.#start(), { state: stateOf(partial), inputs }),
      (local) => local.examineAll(partial, inputs),
    );
  }

  predict(pool: PoolShape): Promise<PoolPrediction | null> {
    if (this.#local) return this.#local.predict(pool);
    return this.#thread ? this.#ask(this.#thread, { pool }) : Promise.resolve(null);
  }

  part(filter: string, sources: readonly string[]): Promise<FilteredPart | null> {
    if (this.#local) return this.#local.part(filter, sources);
    return this.#thread ? this.#ask(this.#thread, { filter, sources }) : Promise.resolve(null);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#thread = null;
    if (thread) await endThread(thread);
  }

  #ask<Answer>(thread: Worker, question: Question): Promise<Answer> {
    const id = this.#next++;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: never) => void, reject });
      // The process stays alive while somebody waits for an answer, and only then.
      thread.ref();
      thread.postMessage({ ...question, id });
    });
  }

  #start(): Worker {
    if (this.#thread) return this.#thread;
    // A new thread would keep the process alive until it has answered.
    if (this.#closed) throw new Error('nobody waits for an examination any more');
    const loaded = threadsStart();
    let thread: Worker;
    try {
      thread = startThread('examine-worker', { formats: this.#formats });
    } catch (error) {
      loaded();
      throw error;
    }
    this.#thread = thread;
    this.#known = { workers: 0, threads: 0, routes: 0 };
    thread.unref();
    // It is online now, but still has to load its script.
    thread.once('online', () => setTimeout(loaded, LOADING_MS).unref());
    thread.on('message', ({ id, answer, error }: { id: number; answer: never; error?: string }) => {
      this.#isProven = true;
      const caller = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) thread.unref();
      if (error !== undefined) caller?.reject(new Error(error));
      else caller?.resolve(answer);
    });
    const lost = (reason: string) => {
      loaded();
      if (this.#thread === thread) this.#thread = null;
      for (const { reject } of this.#waiting.values()) reject(new Error(reason));
      this.#waiting.clear();
    };
    thread.on('error', (error) => lost(error.message));
    thread.on('exit', (code) => lost(`the thread that examines requests ended (code ${code})`));
    return thread;
  }
}

/** Copies the rows only: a view would be posted together with its whole buffer. */
function compact({ requests }: ExamineWindow): ExamineWindow['requests'] {
  const rows = sliceRows(requests, 0, requests.length);
  return Object.fromEntries(
    Object.entries(rows).map(([name, column]) => [
      name,
      ArrayBuffer.isView(column) ? (column as Float64Array).slice() : column,
    ]),
  ) as unknown as ExamineWindow['requests'];
}
