/** Wakes us when something happens in the folders of the inputs: chokidar, or polling where the system cannot tell us. */
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { Clock } from '../../core/clock.ts';
import type { Pattern } from './patterns.ts';

export interface WatcherOptions {
  readonly patterns: readonly Pattern[];
  /** The files that are followed now. */
  readonly files: () => readonly string[];
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
/** Until the system announces changes. */
const STARTING_MS = 30;

/** The system has no watches or no open files left for us. */
const exhausted: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSYS']);

export class Watcher {
  readonly #options: WatcherOptions;
  #watcher: FSWatcher | null = null;
  /** What is watched, as absolute paths. */
  readonly #folders = new Set<string>();
  readonly #files = new Set<string>();
  #cancel: (() => void) | null = null;
  #polling: boolean;
  #stopped = false;
  #starting = true;

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

  /** Where symbolic links lead to is watched as well. */
  async refresh(): Promise<void> {
    for (const file of this.#options.files()) {
      const real = await realpath(file).catch(() => file);
      this.#files.add(real);
      if (this.#folders.has(dirname(real))) continue;
      this.#folders.add(dirname(real));
      this.#watcher?.add(dirname(real));
    }
  }

  #watch(): void {
    const { patterns, wake } = this.#options;
    for (const { folder } of patterns) this.#folders.add(folder);
    const isOurs = (path: string) => patterns.some((pattern) => pattern.matches(path));
    this.#watcher = watch([...this.#folders], {
      depth: 0,
      ignoreInitial: true,
      ignored: (path) => !this.#folders.has(path) && !this.#files.has(path) && !isOurs(path),
    });
    this.#watcher.on('add', (path) => wake(isOurs(path) ? path : null));
    this.#watcher.on('all', () => wake(null));
    // Sooner than the events that chokidar makes of them.
    this.#watcher.on('raw', () => wake(null));
    this.#watcher.on('ready', () => {
      this.#starting = false;
    });
    this.#watcher.on('error', (error) => this.#failed(error));
    void this.refresh();
  }

  /** The system has no watches left (ENOSPC), or too many files are open: from now on we look ourselves. */
  #failed(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    // Anything else is about one file, which is looked at anyway.
    if (this.#polling || this.#stopped || !exhausted.has(code ?? '')) return;
    this.#polling = true;
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
    const pause = this.#polling ? POLL_MS : this.#starting ? STARTING_MS : LOOK_MS;
    this.#cancel = this.#options.clock.after(pause, () => {
      this.#options.wake(null);
      this.#lookAgain();
    });
  }
}
