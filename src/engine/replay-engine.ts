/** The engine of `replay`: a saved log that is read once, examined, and played on a clock of its own. */
import { basename } from 'node:path';
import type { Names } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import { newRevision, type Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import type { EngineCommand } from './command.ts';
import { emptySnapshot } from './empty-snapshot.ts';
import type { Engine, RawLine } from './engine.ts';
import type { Examiner } from './examiner.ts';
import { firstLook } from './first-look.ts';
import { idleStretches, overviewOf, pastOf } from './overview.ts';
import { PartKeeper } from './part-keeper.ts';
import { spanOf } from './placement.ts';
import { Player, type Range } from './player.ts';
import { Publisher } from './publisher.ts';
import { readLinesOf } from './read-lines.ts';
import { ReplayLog, type ReplayLogOptions } from './replay-log.ts';
import { ReplayWindow, type WindowPicture } from './replay-window.ts';
import { summariseRows } from './summarise-rows.ts';
import { worthShowing } from './worth-showing.ts';
import { zoneMinutesOf } from './zone-minutes.ts';

export interface ReplayOptions extends ReplayLogOptions {
  readonly clock: Clock;
  /** Seconds of the log per second. */
  readonly speed: number;
  readonly examiner: (names: Names) => Examiner;
}

/** Interval of pictures while playing, ms; the screen decides which of them it draws. */
const PICTURE_EVERY = 16;
/** Interval at which progress and newly read requests are shown, ms. */
const PROGRESS_EVERY = 100;
export class ReplayEngine implements Engine {
  readonly #options: ReplayOptions;
  readonly #log: ReplayLog;
  readonly #player: Player;
  readonly #publisher: Publisher;
  readonly #examiner: Examiner;
  readonly #part: PartKeeper;
  #window: ReplayWindow | null = null;
  #shown: Range = { from: Number.NaN, to: Number.NaN };
  #cancel: (() => void) | null = null;
  #progressAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  #begun: () => void = () => {};
  #isRead = false;
  /** true: somebody waits for the first verdict. */
  #isWatched = false;
  #hasLooked = false;
  #isSettled = false;
  #stopped = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#log = new ReplayLog(options);
    this.#player = new Player(options.clock, { from: 0, to: 0 }, options.speed);
    const { names } = this.#log.partial;
    this.#examiner = options.examiner(names);
    const { paths, formats, speed } = options;
    this.#part = new PartKeeper({
      examiner: this.#examiner,
      sources: paths,
      changed: (part) => this.#publisher.publish({ part }),
    });
    const title = paths.length === 1 ? basename(paths[0]) : `${paths.length} files`;
    this.#publisher = new Publisher({ ...emptySnapshot('replay', title, paths, names, formats), speed });
  }

  /** Reads and examines everything. @throws UserError when an input cannot be read */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    await this.#log.read(() => this.#progress());
    this.#isRead = true;
    this.#begun();
    // The examining thread takes a while to start, so the first picture is drawn before it.
    await new Promise((resume) => setImmediate(resume));
    // The full examination takes seconds; a first look is shown before that.
    if (this.#isWatched) await this.#examineFirst().catch((error) => this.#fail(error));
    await this.#settle();
  }

  /** Resolves when there is something to show: all requests of a small log, the beginning of a large one. */
  async open(): Promise<void> {
    this.#isWatched = true;
    const begun = worthShowing(this.#log, this.#options.clock);
    this.#begun = begun.now;
    const loading = this.load();
    try {
      await Promise.race([loading, begun.promise]);
    } finally {
      begun.cancel();
    }
    // A failure while the screen is open is shown there.
    loading.catch((error) => this.#fail(error));
    this.#progress(true);
    // After the first picture. If the log has been read by then, the whole is examined instead.
    setImmediate(() => this.#isRead || void this.#examineFirst().catch((error) => this.#fail(error)));
  }

  /** Starts playing at the present position. */
  play(): void {
    this.#player.play();
    this.#tick();
  }

  snapshot(): Snapshot {
    return this.#publisher.snapshot;
  }

  subscribe(listener: () => void): () => void {
    return this.#publisher.subscribe(listener);
  }

  command(command: EngineCommand): void {
    switch (command.type) {
      case 'toggle':
        if (this.#player.playing) this.#player.pause();
        else this.#player.play();
        break;
      case 'speed':
        this.#player.setSpeed(command.factor);
        break;
      case 'seek':
        this.#player.seek(command.to);
        break;
      case 'skip-idle':
        this.#player.setSkipIdle(command.on);
        break;
      case 'loop':
        this.#player.setLoop(command.range);
        break;
      case 'filter':
        this.#part.filter = command.text;
        return;
      case 'show':
        this.#shown = command;
        this.#window?.show(command);
        return;
    }
    this.#tick();
  }

  async readLines(source: number, offset: number, before: number, after: number): Promise<RawLine[]> {
    const path = this.#options.paths[source];
    return path === undefined || path === '-' ? [] : readLinesOf(path, source, offset, before, after);
  }

  predict(pool: PoolShape): Promise<PoolPrediction | null> {
    return this.#examiner.predict(pool);
  }

  summarise(picture: Snapshot, rows: Int32Array): Promise<Summary | null> {
    return summariseRows(picture, rows, this.#window?.store ?? this.#log.first, this.#examiner);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#log.stop();
    this.#window?.stop();
    this.#cancel?.();
    this.#cancel = null;
    await this.#examiner.close();
  }

  /** Shows the progress of reading, and the first requests placed by their stamps unless a window shows others. */
  #progress(now = false): void {
    const at = this.#options.clock.nowMicros();
    if ((!now && at - this.#progressAt < PROGRESS_EVERY * 1000) || this.#stopped || this.#isSettled) return;
    this.#progressAt = at;
    const { first } = this.#log;
    const { requests, from, to, timeline, lifecycle } = this.#log.seen();
    if (timeline.requests.length === 0) return;
    const range = { from, to };
    this.#player.extend(range, []);
    if (this.#log.isLarge && !this.#window) this.#openWindow().catch((error) => this.#fail(error));
    this.#publisher.publish({
      ...(this.#window ? {} : first.view()),
      ...range,
      now: this.#player.position(),
      reading: this.#log.reading(false),
      total: requests,
      overview: overviewOf(timeline),
      lifecycle,
      zoneMinutes: zoneMinutesOf(this.#log.inputs, from),
    });
  }

  /** Shows the result of a first look until the full examination is done. */
  async #examineFirst(): Promise<void> {
    const isWhole = this.#isRead && !this.#log.isLarge;
    if (this.#hasLooked && !isWhole) return;
    this.#hasLooked = true;
    const found = await firstLook(this.#log, this.#examiner, isWhole);
    if (this.#isSettled || this.#stopped) return;
    this.#publisher.publish(found);
    this.#part.again();
  }

  /** Everything has been read: examines the whole log, and tells the player its length. */
  async #settle(): Promise<void> {
    const { partial, inputs, isLarge } = this.#log;
    const { requests, placement, inference, summary, verdict } = await this.#examiner.examineAll(partial, inputs);
    if (this.#stopped) return;
    this.#isSettled = true;
    const [from, to] = isLarge ? [partial.first, partial.last] : spanOf(placement, requests.length);
    const view = partial.timeline.view();
    this.#player.extend({ from, to }, idleStretches(view), true);
    const window = isLarge ? (this.#window ?? (await this.#openWindow())) : null;
    this.#publisher.publish({
      from,
      to,
      now: this.#player.position(),
      reading: this.#log.reading(true),
      total: partial.requests,
      summary,
      verdict,
      inference,
      lifecycle: partial.lifecycle,
      zoneMinutes: zoneMinutesOf(summary.inputs, from),
      overview: overviewOf(view),
      status:
        isLarge && !window
          ? `${requests.length} of ${partial.requests} requests are held: unpack the log to see all of them`
          : '',
      ...(window ? {} : { requests, placement, revision: newRevision() }),
    });
    this.#part.again();
    window?.again();
  }

  /** For a log too large for memory: what is on the screen is read back from the files. null: the files do not allow that. */
  async #openWindow(): Promise<ReplayWindow | null> {
    if (!(await this.#log.isAddressable()) || this.#window || this.#stopped) return this.#window;
    const { partial, blocks, named } = this.#log;
    this.#window = new ReplayWindow({
      ...this.#options,
      names: partial.names,
      timeWindow: this.#log.window,
      blocks,
      named,
      examiner: this.#examiner,
      known: () => {
        const { unbounded, threads } = this.#publisher.snapshot.inference;
        return {
          lifecycle: this.#log.seen().lifecycle,
          inputs: this.#log.inputs,
          slotsPerWorker: (unbounded ? null : threads.value) ?? Number.POSITIVE_INFINITY,
        };
      },
      changed: (picture) => this.#show(picture),
      failed: (error) => this.#fail(error),
    });
    const { from, to } = this.#shown;
    const first = this.#log.seen().from;
    this.#window.show(from <= to ? this.#shown : { from: first, to: first + 60 * MICROS_PER_SECOND });
    return this.#window;
  }

  #show({ requests, placement, revision, from, workers }: WindowPicture): void {
    if (this.#stopped) return;
    const { inference } = this.#publisher.snapshot;
    this.#publisher.publish({
      requests,
      placement,
      revision,
      past: pastOf(this.#log.seen().timeline, from),
      // The server is that of the whole log; which workers were alive is known for these requests.
      inference: { ...inference, lanes: (workers ?? inference).lanes, lives: (workers ?? inference).lives },
    });
  }

  /** Shown on the screen: what is there can still be looked at. */
  #fail(error: unknown): void {
    if (!this.#stopped) this.#publisher.publish({ status: wordsOf(error) });
  }

  /** Publishes the present position, and while playing schedules the next picture. */
  #tick(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#stopped) return;
    this.#publisher.publish(this.#player.state);
    if (this.#player.playing) this.#cancel = this.#options.clock.after(PICTURE_EVERY, () => this.#tick());
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
