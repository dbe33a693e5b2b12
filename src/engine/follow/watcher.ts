/** Wakes us when something happens in the folders of the inputs: chokidar, or polling where the system cannot tell us. */
import { type FSWatcher, watch } from 'chokidar';
import type { Clock } from '../../core/clock.ts';
import type { Pattern } from './patterns.ts';

export interface WatcherOptions {
  readonly patterns: readonly Pattern[];
  readonly clock: Clock;
  /** Never ask the system: for network file systems, whose changes it does not see. */
  readonly poll: boolean;
  /** Something changed; with the path of a file that was not there before. */
  readonly wake: (added: string | null) => void;
  readonly trouble: (sentence: string) => void;
}

const POLL_MS = 200;
/** However quiet the system is, a look this often: some changes are never announced. */
const LOOK_MS = 1000;

export class Watcher {
  readonly #options: WatcherOptions;
  #watcher: FSWatcher | null = null;
  #cancel: (() => void) | null = null;
  #polling: boolean;
  #stopped = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#polling = options.poll;
  }

  start(): void {
    if (!this.#polling) this.#watch();
    this.#lookAgain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#watcher?.close();
  }

  #watch(): void {
    const { patterns, wake } = this.#options;
    const folders = [...new Set(patterns.map(({ folder }) => folder))];
    this.#watcher = watch(folders, {
      depth: 0,
      ignoreInitial: true,
      ignored: (path) => !folders.includes(path) && !patterns.some((pattern) => pattern.matches(path)),
    });
    this.#watcher.on('add', (path) => wake(path));
    this.#watcher.on('all', () => wake(null));
    // Sooner than the events that chokidar makes of them.
    this.#watcher.on('raw', () => wake(null));
    this.#watcher.on('error', (error) => this.#failed(error));
  }

  /** The system has no watches left (ENOSPC), or too many files are open: from now on we look ourselves. */
  #failed(error: unknown): void {
    if (this.#polling || this.#stopped) return;
    this.#polling = true;
    const { code } = error as NodeJS.ErrnoException;
    this.#options.trouble(
      `the system cannot announce changes (${code ?? 'error'}): looking every ${POLL_MS} ms instead`,
    );
    this.#watcher?.close().catch(() => {});
    this.#watcher = null;
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#cancel?.();
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(this.#polling ? POLL_MS : LOOK_MS, () => {
      this.#options.wake(null);
      this.#lookAgain();
    });
  }
}
