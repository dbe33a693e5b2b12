/** Reads the same files in a thread of its own: since it has nothing to parse, examine or draw, it is in time. */
import type { Worker } from 'node:worker_threads';
import { endThread } from '../start-thread.ts';
import type { Truncation, TruncationWatch } from './truncation.ts';
import type { WatchMessage, WatchRequest } from './truncation-worker.ts';

export class ThreadTruncations implements TruncationWatch {
  readonly #startThread: () => Worker;
  #thread: Worker | null = null;
  #wake: () => void = () => {};
  /** By key: the paths of the followed files. */
  readonly #followed = new Map<string, string>();
  readonly #known = new Map<string, Truncation[]>();
  readonly #waiting = new Map<number, () => void>();
  #next = 1;

  /** @param startThread starts a thread that runs `truncation-worker.ts` */
  constructor(startThread: () => Worker) {
    this.#startThread = startThread;
  }

  start(wake: () => void): void {
    this.#wake = wake;
    // Without the thread copies are read all the same, but what is written between copy and truncation is lost.
    const thread = this.#newThread();
    if (!thread) return;
    this.#thread = thread;
    thread.unref();
    thread.on('message', ({ key, truncations, take }: WatchMessage) => {
      if (truncations.length > 0) this.#known.set(key, [...(this.#known.get(key) ?? []), ...truncations]);
      if (take === undefined) this.#wake();
      else this.#answer(take);
    });
    const lost = () => {
      this.#thread = null;
      for (const take of [...this.#waiting.keys()]) this.#answer(take);
    };
    thread.on('error', lost);
    thread.on('exit', lost);
    for (const [key, path] of this.#followed) this.#post({ follow: path, key });
  }

  /** null: the system does not allow more threads. */
  #newThread(): Worker | null {
    try {
      return this.#startThread();
    } catch {
      return null;
    }
  }

  follow(path: string, key: string): void {
    this.#followed.set(key, path);
    this.#post({ follow: path, key });
  }

  leave(key: string): void {
    this.#followed.delete(key);
    this.#known.delete(key);
    this.#post({ leave: key });
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  async take(key: string): Promise<readonly Truncation[]> {
    const take = this.#next++;
    if (this.#post({ take, key })) await new Promise<void>((resolve) => this.#waiting.set(take, resolve));
    const truncations = this.#known.get(key) ?? [];
    this.#known.delete(key);
    return truncations;
  }

  async close(): Promise<void> {
    if (this.#thread) await endThread(this.#thread);
  }

  #answer(take: number): void {
    this.#waiting.get(take)?.();
    this.#waiting.delete(take);
  }

  /** false: there is no thread. */
  #post(request: WatchRequest): boolean {
    this.#thread?.postMessage(request);
    return this.#thread !== null;
  }
}
