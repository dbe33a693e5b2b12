/** The engine of `tail`: follows inputs, holds their newest requests, examines them now and then, publishes pictures. */
import { basename } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { createNames } from '../core/names.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Past, Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { BatchNormaliser, instantOf } from '../core/table.ts';
import type { EngineCommand } from './command.ts';
import { emptySnapshot } from './empty-snapshot.ts';
import type { Engine, RawLine } from './engine.ts';
import type { Examiner } from './examiner.ts';
import type { FollowEvent } from './follow/followed-file.ts';
import { Follower } from './follow/follower.ts';
import type { LiveInput } from './follow/live-input.ts';
import { History } from './history.ts';
import { LiveClock } from './live-clock.ts';
import { PartKeeper } from './part-keeper.ts';
import { Publisher } from './publisher.ts';
import { RowStore } from './row-store.ts';
import { summariseRows } from './summarise-rows.ts';
import { zoneMinutesOf } from './zone-minutes.ts';

export interface LiveOptions {
  readonly paths: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly clock: Clock;
  /** Bytes of history read from the end of each file. */
  readonly history: number;
  readonly poll: boolean;
  /** Makes the examiner over the names that this engine interns. */
  readonly examiner: (names: ReturnType<typeof createNames>) => Examiner;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Where to remember positions, and to go on from. */
  readonly stateFile?: string;
}

export type LiveEvent =
  | { readonly type: 'lifecycle'; readonly event: LifecycleEvent }
  | { readonly type: FollowEvent; readonly path: string };

/** Requests held: about 40 MB. */
const HELD_ROWS = 200_000;
/** What is examined: the newest requests of this many µs, and at most so many of them. */
const EXAMINED_MICROS = 300_000_000;
const EXAMINED_ROWS = 20_000;
/** At most a twentieth of the time of a core goes into examining. */
const EXAMINE_EVERY_MS = 1000;
const EXAMINE_SHARE = 20;
const LONGEST_PAUSE_MS = 30_000;
/** Reading gives way to the keyboard after this long, ms. */
const SLICE_MS = 8;
/** A screen is opened after this time of reading, although there is more to read. */
const PATIENCE_MS = 40;
const LIFECYCLE_KEPT = 5000;
/** Behind by more than this many bytes is worth a word. */
const BEHIND_BYTES = 4_000_000;

export class LiveEngine implements Engine {
  readonly #options: LiveOptions;
  readonly #names = createNames();
  readonly #rows = new RowStore();
  readonly #normaliser = new BatchNormaliser();
  readonly #history = new History();
  #past: Past | null = null;
  readonly #time: LiveClock;
  readonly #publisher: Publisher;
  readonly #examiner: Examiner;
  readonly #part: PartKeeper;
  readonly #follower: Follower;
  readonly #eventListeners = new Set<(event: LiveEvent) => void>();
  #over: () => void = () => {};
  #begun: () => void = () => {};
  #openedAt = Number.NaN;
  #caughtUp = false;
  #lifecycle: readonly LifecycleEvent[] = [];
  #words = '';
  #trouble = '';
  #pumping = false;
  #again = false;
  #stopped = false;
  #changed = false;
  /** The examination under way. */
  #examining: Promise<void> | null = null;
  #examineAfter = Number.NEGATIVE_INFINITY;
  #examined = { rows: -1, events: -1 };
  #cancelExamine: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #tickMs = 500;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#time = new LiveClock(options.clock);
    this.#examiner = options.examiner(this.#names);
    this.#part = new PartKeeper({
      examiner: this.#examiner,
      sources: options.paths,
      changed: (part) => this.#publisher.publish({ part }),
    });
    this.#follower = new Follower({
      ...options,
      names: this.#names,
      sink: {
        batch: (batch) => {
          const rows = this.#normaliser.rowsOf(batch);
          this.#rows.add(rows, batch.facts);
          let newest = Number.NaN;
          for (let row = 0; row < rows.length; row++) {
            const instant = instantOf(rows, row);
            if (!(instant <= newest)) newest = instant;
          }
          this.#time.seen(newest);
          this.#changed = true;
        },
        lifecycle: (event) => {
          this.#lifecycle = [...this.#lifecycle.slice(-LIFECYCLE_KEPT), event];
          this.#changed = true;
          this.#emit({ type: 'lifecycle', event });
        },
      },
      wake: () => this.#wake(),
      event: (event, path) => {
        this.#words = wordsFor(event, path);
        this.#emit({ type: event, path });
        this.#changed = true;
        this.#wake();
      },
      trouble: (sentence) => {
        this.#trouble = sentence;
        this.#changed = true;
        this.#wake();
      },
    });
    this.#publisher = new Publisher(
      emptySnapshot('tail', titleOf(options.paths), options.paths, this.#names, options.formats),
    );
  }

  /**
   * Opens the inputs and reads the last part of what is there; what it says is worked out after that, see `examined`.
   * @throws UserError when an input cannot be followed
   */
  async start(): Promise<void> {
    await this.#follower.start();
    await this.#readHistory();
  }

  /**
   * The same for a screen: resolves as soon as there is something to show, and goes on reading behind it.
   * @throws UserError when an input cannot be followed
   */
  async open(): Promise<void> {
    await this.#follower.start();
    const all = this.#readHistory();
    const begun = new Promise<void>((resolve) => {
      this.#begun = resolve;
    });
    await Promise.race([all, begun]);
    all.catch((error) => this.#fail(error));
  }

  async #readHistory(): Promise<void> {
    this.#openedAt = performance.now();
    await this.#pump();
    if (this.#stopped) return;
    await this.#follower.checkRecognised();
    this.#caughtUp = true;
    this.#time.caughtUp();
    this.#follower.watch();
    this.#publish();
    this.#tick();
    void this.#examine();
  }

  /** Resolves when the requests read at the start have been examined. */
  async examined(): Promise<void> {
    await this.#examining;
  }

  snapshot(): Snapshot {
    return this.#publisher.snapshot;
  }

  subscribe(listener: () => void): () => void {
    return this.#publisher.subscribe(listener);
  }

  /** Lifecycle of the server and of the files, as they come. */
  onEvent(listener: (event: LiveEvent) => void): void {
    this.#eventListeners.add(listener);
  }

  /** Called once when all inputs are streams that have ended. */
  onOver(listener: () => void): void {
    this.#over = listener;
    if (this.#follower.isOver) listener();
  }

  command(command: EngineCommand): void {
    if (command.type === 'filter') this.#part.filter = command.text;
    if (command.type !== 'show') return;
    // A picture for every step that the lanes move to the left.
    this.#tickMs = Math.max(33, Math.min(1000, (command.to - command.from) / 1000 / 150));
    this.#tick();
  }

  async readLines(source: number, offset: number, before: number, after: number): Promise<RawLine[]> {
    return (await this.#follower.inputs[source]?.lines(offset, before, after)) ?? [];
  }

  predict(pool: PoolShape): Promise<PoolPrediction | null> {
    return this.#examiner.predict(pool);
  }

  summarise(picture: Snapshot, rows: Int32Array): Promise<Summary | null> {
    return summariseRows(picture, rows, this.#rows, this.#examiner);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelTick?.();
    this.#cancelExamine?.();
    // What is being read now must not be read twice.
    while (this.#pumping) await new Promise((resume) => setImmediate(resume));
    await this.#follower.stop();
    await this.#examining;
    await this.#examine();
    this.#publish();
    await this.#examiner.close();
  }

  #emit(event: LiveEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  #wake(): void {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    if (!this.#stopped) void this.#pump();
  }

  /** Reads everything there is, in slices that leave room for keys and pictures. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      do {
        this.#again = false;
        let sliceEnds = performance.now() + SLICE_MS;
        while ((await this.#follower.step()) && !this.#stopped) {
          if (performance.now() < sliceEnds) continue;
          this.#deliver();
          if (this.#rows.length > 0 && performance.now() - this.#openedAt > PATIENCE_MS) this.#begun();
          await new Promise((resume) => setImmediate(resume));
          sliceEnds = performance.now() + SLICE_MS;
        }
        this.#deliver();
      } while (this.#again && !this.#stopped);
    } finally {
      this.#pumping = false;
    }
    if (this.#follower.isOver) this.#over();
  }

  /** What was read so far becomes visible. */
  #deliver(): void {
    this.#follower.flush();
    if (!this.#changed) return;
    this.#changed = false;
    if (this.#rows.length > HELD_ROWS) this.#forget(this.#rows.length - Math.floor(HELD_ROWS * 0.8));
    this.#publish();
    // Of a history half read nothing is said.
    if (this.#caughtUp) this.#scheduleExamine();
  }

  /** The oldest requests become sums. */
  #forget(count: number): void {
    const { requests, placement } = this.#rows.dropFirst(count);
    this.#history.add(requests, placement);
    this.#past = this.#history.past(instantOf(requests, count - 1));
  }

  #scheduleExamine(): void {
    if (this.#examining || this.#cancelExamine || this.#stopped) return;
    const left = Math.max(0, this.#examineAfter - this.#options.clock.nowMicros()) / 1000;
    // The clock may have been put back since.
    const delay = Math.min(left, LONGEST_PAUSE_MS);
    this.#cancelExamine = this.#options.clock.after(delay, () => {
      this.#cancelExamine = null;
      void this.#examine();
    });
  }

  /** Asks what the newest requests say, unless nothing came since it was asked last. */
  async #examine(): Promise<void> {
    const isSame = this.#examined.rows === this.#rows.total && this.#examined.events === this.#lifecycle.length;
    if (this.#examining || isSame) return;
    this.#examining = this.#examineNow();
    await this.#examining;
    this.#examining = null;
    if (this.#examined.rows !== this.#rows.total && !this.#stopped) this.#scheduleExamine();
  }

  async #examineNow(): Promise<void> {
    const rows = this.#rows;
    this.#examined = { rows: rows.total, events: this.#lifecycle.length };
    const from = rows.firstSince(this.#time.newest - EXAMINED_MICROS, EXAMINED_ROWS);
    const number = rows.firstNumber + from;
    try {
      const { summary, verdict, inference, requests, placement, cost } = await this.#examiner.examine({
        ...rows.window(from),
        facts: rows.facts,
        lifecycle: this.#lifecycle,
        inputs: this.#follower.reports(),
      });
      rows.settle(number, requests, placement);
      rows.slotsPerWorker = inference.threads.value ?? Number.POSITIVE_INFINITY;
      this.#examineAfter = this.#options.clock.nowMicros() + Math.max(EXAMINE_EVERY_MS, cost * EXAMINE_SHARE) * 1000;
      this.#publisher.publish({ ...this.#picture(), summary, verdict, inference });
      this.#part.again();
    } catch (error) {
      // Reading and drawing go on without it; the next window may fare better.
      this.#examineAfter = this.#options.clock.nowMicros() + 10 * EXAMINE_EVERY_MS * 1000;
      this.#fail(error, 'the newest requests could not be examined: ');
    }
  }

  #fail(error: unknown, what = ''): void {
    this.#trouble = `${what}${error instanceof Error ? error.message : String(error)}`;
    this.#publish();
  }

  #publish(): void {
    this.#publisher.publish(this.#picture());
  }

  /** Everything that reading changes. */
  #picture(): Partial<Snapshot> {
    const { requests, placement, revision } = this.#rows.view();
    const inputs = this.#follower.inputs;
    const from = this.#past?.from ?? (requests.length > 0 ? instantOf(requests, 0) : Number.NaN);
    return {
      now: this.#time.now(),
      live: this.#time.isLive,
      from,
      to: this.#time.newest,
      status: this.#statusText(inputs),
      reading: this.#follower.reading(),
      sources: inputs.map((input) => input.path),
      total: this.#rows.total,
      requests,
      placement,
      revision,
      past: this.#past,
      lifecycle: this.#lifecycle,
      zoneMinutes: zoneMinutesOf(this.#follower.reports(), from),
    };
  }

  /** Bytes that are there and not read yet. */
  get behind(): number {
    return this.#follower.behind;
  }

  /** What keeps the picture from being complete, in words; "" when nothing does. */
  get hindrance(): string {
    if (this.#trouble !== '') return this.#trouble;
    const { behind } = this;
    return behind > BEHIND_BYTES ? `reading is ${Math.round(behind / 1e6)} MB behind` : '';
  }

  #statusText(inputs: readonly LiveInput[]): string {
    if (this.hindrance !== '') return this.hindrance;
    const missing = inputs.filter((input) => !input.isStream && !input.file.isOpen);
    if (missing.length > 0) return `${missing[0].path} is not there yet, waiting for it`;
    return this.#words;
  }

  /** While the log is live, time goes on although nothing is written. */
  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    if (this.#stopped) return;
    this.#cancelTick = this.#options.clock.after(this.#tickMs, () => {
      const now = this.#time.now();
      const live = this.#time.isLive;
      const { snapshot } = this.#publisher;
      if (now !== snapshot.now || live !== snapshot.live) this.#publisher.publish({ now, live });
      this.#tick();
    });
  }
}

const titleOf = (paths: readonly string[]): string =>
  paths.length === 1 ? (paths[0] === '-' ? 'standard input' : basename(paths[0])) : `${paths.length} inputs`;

function wordsFor(event: FollowEvent, path: string): string {
  const name = basename(path);
  switch (event) {
    case 'rotated':
      return `${name} was rotated, reading the new one`;
    case 'truncated':
      return `${name} was truncated, reading from its beginning`;
    case 'gone':
      return `${name} is gone, waiting for it`;
    case 'back':
      return `${name} is back`;
  }
}
