/**
 * Calls back when something happens in the folders of the inputs: with chokidar, or by polling where the system cannot announce changes.
 */
import { type FSWatcher as FolderWatcher, readdirSync, watch as watchFolder } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import type { Clock } from '../../core/clock.ts';
import type { Pattern } from './patterns.ts';

export interface WatcherOptions {
  readonly patterns: readonly Pattern[];
  /** The files that are followed now. */
  readonly files: () => readonly string[];
  readonly clock: Clock;
  /** true: always poll, for network file systems, whose changes the system does not see. */
  readonly poll: boolean;
  /** Something unspecified changed (null), or a new file appeared (its path). */
  readonly wake: (added: string | null) => void;
  /** The content of a file changed; an absolute path, with links resolved as of the last refresh. */
  readonly changed: (path: string) => void;
  readonly trouble: (sentence: string) => void;
}

const POLL_MS = 200;
/** A look at least this often, however quiet it is: some changes are never announced. */
const LOOK_MS = 1000;
/** Looking at one file takes some 50 µs, so with thousands of them looks are rarer. */
const LOOK_MS_PER_FILE = 2;
/** More entries than this make a folder large. */
const LARGE = 256;
/** Interval until the system announces changes. */
const STARTING_MS = 30;

function isLarge(folder: string): boolean {
  try {
    return readdirSync(folder).length > LARGE;
  } catch {
    return false;
  }
}

/** Errors that mean that the system has no watches or open files left. */
const exhausted: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSYS']);

export class Watcher {
  readonly #options: WatcherOptions;
  #watcher: FSWatcher | null = null;
  /** What is watched, by absolute path. */
  readonly #folders = new Set<string>();
  readonly #files = new Set<string>();
  readonly #large = new Map<string, FolderWatcher>();
  #cancel: (() => void) | null = null;
  #polling: boolean;
  #stopped = false;
  #starting = true;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#polling = options.poll;
  }

  start(): void {
    if (!this.#polling) this.#watch().catch((error) => this.#failed(error));
    this.#lookAgain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    for (const watcher of this.#large.values()) watcher.close();
    await this.#watcher?.close();
  }

  /** Also watches the folders that symbolic links lead to. */
  async refresh(): Promise<void> {
    for (const file of this.#options.files()) {
      const real = await realpath(file).catch(() => file);
      this.#files.add(real);
      if (this.#folders.has(dirname(real))) continue;
      this.#folders.add(dirname(real));
      this.#watcher?.add(dirname(real));
    }
  }

  async #watch(): Promise<void> {
    const { patterns, wake, changed } = this.#options;
    // Loaded late, so that it does not delay the first picture.
    const { watch } = await import('chokidar');
    if (this.#stopped) return;
    for (const { folder } of patterns) this.#folders.add(folder);
    const isOurs = (path: string) => patterns.some((pattern) => pattern.matches(path));
    this.#watchLarge([...this.#folders].filter(isLarge));
    const small = [...this.#folders].filter((folder) => !this.#large.has(folder));
    // chokidar never becomes ready if there is nothing to watch.
    this.#starting = small.length > 0;
    this.#watcher = watch(small, {
      depth: 0,
      ignoreInitial: true,
      ignored: (path) => !this.#folders.has(path) && !this.#files.has(path) && !isOurs(path),
    });
    this.#watcher.on('add', (path) => wake(isOurs(path) ? path : null));
    this.#watcher.on('all', (event, path) => (event === 'change' ? changed(path) : wake(null)));
    // Raw events come before chokidar's own. For a folder the name is that of the changed entry.
    this.#watcher.on('raw', (event, name, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (event !== 'change' || typeof name !== 'string' || watchedPath === undefined) wake(null);
      else changed(this.#folders.has(watchedPath) ? join(watchedPath, name) : watchedPath);
    });
    this.#watcher.on('ready', () => {
      this.#starting = false;
    });
    this.#watcher.on('error', (error) => this.#failed(error));
    void this.refresh();
  }

  /** Large folders are watched without chokidar, which would re-read the folder on every change and watch each of its files. */
  #watchLarge(folders: readonly string[]): void {
    for (const folder of folders) {
      this.#large.set(
        folder,
        watchFolder(folder, (event, name) => {
          if (event === 'change' && name !== null) this.#options.changed(join(folder, name));
          else this.#options.wake(null);
        }).on('error', (error) => this.#failed(error)),
      );
    }
  }

  /** The system has no watches left (ENOSPC) or too many files are open: poll from now on. */
  #failed(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    // Any other error is about one file, which is looked at anyway.
    if (this.#polling || this.#stopped || !exhausted.has(code ?? '')) return;
    this.#polling = true;
    this.#options.trouble(
      `the system cannot announce changes (${code ?? 'error'}): looking every ${POLL_MS} ms instead`,
    );
    for (const watcher of this.#large.values()) watcher.close();
    this.#watcher?.close().catch(() => {});
    this.#watcher = null;
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#cancel?.();
    if (this.#stopped) return;
    const seldom = Math.max(LOOK_MS, LOOK_MS_PER_FILE * this.#options.files().length);
    const pause = this.#polling ? POLL_MS : this.#starting ? STARTING_MS : seldom;
    this.#cancel = this.#options.clock.after(pause, () => {
      this.#options.wake(null);
      this.#lookAgain();
    });
  }
}
