/** All inputs of a live view: opens them, finds new ones, reads them in turn, and remembers where it stopped. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../../core/errors.ts';
import type { Reading } from '../../core/snapshot.ts';
import type { InputSummary } from '../../core/summary.ts';
import { createParser } from '../../ingest/create-parser.ts';
import { cannotRead, nothingIn } from '../../ingest/read-input.ts';
import { Asked } from './asked.ts';
import type { FollowerOptions } from './follower-options.ts';
import { LiveInput } from './live-input.ts';
import { isOnNetwork } from './network.ts';
import { requireText } from './packed-file.ts';
import { filesOf, isPastOfAnother, type Pattern, patternOf, requireFolder } from './patterns.ts';
import { listingOnce, type NamesOf } from './siblings.ts';
import { type Places, readState, resumeFrom, type SavedState, writeState } from './state-file.ts';
import { followStream, openPipe } from './stream-source.ts';
import { Troubles } from './troubles.ts';
import { Watcher } from './watcher.ts';

/** Least time between two saves of the positions, µs. */
const SAVE_EVERY = 2_000_000;

/** How long the last save waits for a file system that does not answer, ms. */
const LAST_SAVE_MS = 1000;

/** Inputs with a fast parser (kernel), which catches up in two thirds of the time but reserves a large range of addresses. */
const MOST_KERNELS = 16;

/** Inputs whose first lines are read again when there are more of them. Of thousands of logs all first lines would take too much time. */
const MOST_READ_AGAIN = 64;

export class Follower {
  readonly #options: FollowerOptions;
  readonly inputs: LiveInput[] = [];
  readonly #patterns: Pattern[] = [];
  readonly #added: string[] = [];
  #watcher: Watcher | null = null;
  /** Inputs that may have something to read, in the order of their turns. */
  readonly #due = new Set<LiveInput>();
  /** Files by absolute path. */
  readonly #byPath = new Map<string, LiveInput>();
  #savedAt = Number.NEGATIVE_INFINITY;
  /** What was last written to the state file. */
  #written: Places | null = null;
  #lookAround = false;
  readonly #troubles: Troubles;
  readonly asked = new Asked();
  #caughtUp = false;
  /** true: some inputs are on a network, where changes by others are not announced. */
  #polls: boolean;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#polls = options.poll;
    this.#troubles = new Troubles(options.trouble);
  }

  /** @throws UserError when an input is of a kind that cannot be followed, or may not be read */
  async start(): Promise<void> {
    const state = await readState(this.#options.stateFile);
    for (const path of this.#options.paths) {
      if (path === '-') {
        this.#attach(path, () => process.stdin);
        continue;
      }
      const info = await stat(path).catch(() => null);
      if (info?.isFIFO()) {
        this.#attach(path, () => openPipe(path));
        continue;
      }
      if (info?.isFile()) await requireText(path);
      const pattern = await patternOf(path);
      await requireFolder(pattern);
      this.#polls ||= await isOnNetwork(pattern.folder);
      this.#patterns.push(pattern);
      const namesOf = listingOnce();
      for (const file of await filesOf(pattern)) await this.#open(file, this.#options.history, state, namesOf);
    }
  }

  /** The initial contents have been read. @returns how many requests of them have no time and were left out */
  caughtUp(): number {
    this.#caughtUp = true;
    for (const input of this.inputs) input.isHistory = false;
    return this.inputs.reduce((sum, input) => sum + input.undated, 0);
  }

  /** Changes are announced from now on. */
  watch(): void {
    if (this.#patterns.length === 0) return;
    this.#watcher = new Watcher({
      patterns: this.#patterns,
      files: () => this.inputs.filter((input) => !input.isStream).map((input) => resolve(input.path)),
      clock: this.#options.clock,
      poll: this.#polls,
      wake: (added) => {
        if (added !== null) this.#added.push(added);
        else this.#lookAround = true;
        this.#options.wake();
      },
      changed: (path) => {
        const input = this.#byPath.get(path);
        // The path may be a file that was rotated away and is still written, or the target of a link.
        if (input) this.#due.add(input);
        else this.#lookAround = true;
        this.#options.wake();
      },
      trouble: (sentence) => this.#troubles.say('', sentence),
    });
    this.#watcher.start();
    this.#options.truncations?.start(() => {
      this.#lookAround = true;
      this.#options.wake();
    });
  }

  /** Reads a chunk of the next input that has one. true: there is more to read somewhere. */
  async step(): Promise<boolean> {
    try {
      await this.#openAdded();
      for (const input of this.#due) {
        // Deleted first, as it may become due again while it is read.
        this.#due.delete(input);
        this.asked.begin(input.path);
        if (!(await input.step())) continue;
        this.#due.add(input);
        return true;
      }
      if (this.#options.stateFile !== undefined) this.asked.begin(this.#options.stateFile);
      await this.#save(false);
      return false;
    } finally {
      this.asked.answered();
    }
  }

  flush(): void {
    for (const input of this.inputs) input.flush();
  }

  /** Bytes in the inputs that have not been read yet. */
  get behind(): number {
    return this.inputs.reduce((sum, input) => sum + input.behind, 0);
  }

  /** true: all inputs are streams whose writers are gone. */
  get isOver(): boolean {
    return this.inputs.length > 0 && this.inputs.every((input) => input.isOver);
  }

  reports(): InputSummary[] {
    return this.inputs.map((input) => input.report());
  }

  reading(): Reading {
    const files = this.inputs.filter((input) => !input.isStream);
    return {
      bytes: files.reduce((sum, input) => sum + input.file.position, 0),
      total: files.length < this.inputs.length ? Number.NaN : files.reduce((sum, input) => sum + input.file.size, 0),
      skipped: this.inputs.reduce((sum, input) => sum + input.skipped, 0),
      caughtUp: this.#caughtUp,
    };
  }

  /** @throws UserError when there are lines but none has a known format */
  async checkRecognised(): Promise<void> {
    const reports = this.reports().filter((report) => report.bytes > 0);
    if (reports.length === 0 || reports.some((report) => report.requests + report.lifecycle > 0)) return;
    const [first] = reports;
    // A line or two may be the header of a log that is just being written.
    if (first.lines < 3) return;
    const error = nothingIn(first.path === '-' ? 'standard input' : first.path, first);
    if (error) throw error;
  }

  async stop(): Promise<void> {
    await this.#watcher?.stop();
    for (const input of this.inputs) {
      this.asked.begin(input.path);
      await input.drain();
    }
    this.asked.answered();
    await this.#options.truncations?.close();
    await this.#save(true);
    // If the state is saved, a torn last line is left to the run that continues from here.
    for (const input of this.inputs) await input.close(this.#options.stateFile === undefined);
  }

  /** The same if a file system does not answer: saves the positions if possible, and reads no more. */
  async abandon(): Promise<void> {
    const patience = new Promise<void>((resolve) => this.#options.clock.after(LAST_SAVE_MS, resolve));
    await Promise.race([this.#save(true), patience]);
  }

  async #openAdded(): Promise<void> {
    if (this.#lookAround) {
      this.#lookAround = false;
      for (const input of this.inputs) this.#due.add(input);
      // Some changes are never announced, so folders are listed as well.
      for (const pattern of this.#patterns) {
        if (pattern.file !== null) continue;
        this.asked.begin(pattern.text);
        this.#added.push(...(await filesOf(pattern)));
      }
    }
    while (this.#added.length > 0) {
      const path = this.#added.shift() as string;
      if (isPastOfAnother(basename(path), (name) => this.#byPath.has(join(dirname(path), name)))) continue;
      const isNamed = this.#patterns.some((pattern) => pattern.file !== null && pattern.matches(path));
      if (!isNamed && !this.#byPath.has(path)) {
        this.asked.begin(path);
        // It stays an input and is opened as soon as that is possible.
        await this.#open(path, Number.POSITIVE_INFINITY, null).catch((error) => {
          if (!(error instanceof UserError)) throw error;
          this.#troubles.say(path, error.message);
        });
      }
    }
  }

  async #open(path: string, history: number, state: SavedState | null, namesOf?: NamesOf): Promise<void> {
    const isLocal = !this.#options.poll && !(await isOnNetwork(path));
    this.#polls ||= !isLocal;
    const input = this.#input(path, isLocal);
    try {
      if (state && (await resumeFrom(state, input, (sentence) => this.#troubles.say(path, sentence)))) return;
      input.isHistory = Number.isFinite(history);
      if (await input.file.open(history, namesOf)) input.skipped = input.file.position;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === undefined ? error : cannotRead(path, error);
    }
  }

  #input(path: string, isLocal: boolean): LiveInput {
    const { formats, names, clock, sink, timezone, logFormat } = this.#options;
    const source = this.inputs.length;
    const { withdraw, ...once } = sink;
    const parser = createParser({
      path,
      source,
      names,
      sink: {
        ...(source < MOST_READ_AGAIN ? sink : once),
        batch: (batch) => input.isShown(batch) && sink.batch(batch),
      },
      formats,
      arrivalClock: clock,
      bulk: source < MOST_KERNELS,
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
    });
    const input: LiveInput = new LiveInput({
      path,
      source,
      parser,
      clock,
      isLocal,
      // On a network truncations are not announced in time.
      truncations: isLocal ? (this.#options.truncations ?? null) : null,
      event: (event) => {
        void this.#watcher?.refresh();
        this.#options.event(event, path);
      },
      trouble: (sentence) => this.#troubles.say(path, sentence),
    });
    this.inputs.push(input);
    this.#byPath.set(resolve(path), input);
    this.#due.add(input);
    return input;
  }

  #attach(path: string, open: () => Readable): void {
    const input = this.#input(path, true);
    input.attach(
      (sink) => followStream(open(), sink),
      () => {
        this.#due.add(input);
        this.#options.wake();
      },
    );
  }

  async #save(now: boolean): Promise<void> {
    const { stateFile, clock } = this.#options;
    if (stateFile === undefined || (!now && Math.abs(clock.nowMicros() - this.#savedAt) < SAVE_EVERY)) return;
    this.#savedAt = clock.nowMicros();
    try {
      const written = await writeState(stateFile, this.inputs, this.#written);
      if (!written) return;
      this.#written = written.places;
      const contested = `another logscope remembers its places in these logs in ${stateFile}, too: give each a file of its own`;
      this.#troubles.say(stateFile, written.isContested ? contested : '');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.#troubles.say(
        stateFile,
        `the state file ${stateFile} cannot be written (${code}): positions are not remembered`,
      );
    }
  }
}
