import { createNames } from '../core/names.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { instantOf } from '../core/table.ts';
import type { EngineCommand } from './command.ts';
import { emptySnapshot } from './empty-snapshot.ts';
import type { Engine, RawLine } from './engine.ts';
import type { Examiner } from './examiner.ts';
import { Follower } from './follow/follower.ts';
import { HeldRequests } from './held-requests.ts';
import { LiveClock } from './live-clock.ts';
import { LiveExaminations } from './live-examinations.ts';
import type { LiveEvent, LiveOptions } from './live-options.ts';
import { hindranceOf, InputNews, statusOf, titleOf } from './live-words.ts';
import { PartKeeper } from './part-keeper.ts';
import { spanOf } from './placement.ts';
import { Publisher } from './publisher.ts';
import { SlicedReading } from './sliced-reading.ts';
import { summariseRows } from './summarise-rows.ts';
import { zoneMinutesOf } from './zone-minutes.ts';

/** After this time the screen is opened although there is more to read. */
const PATIENCE_MS = 10;

export class LiveEngine implements Engine {
  readonly #options: LiveOptions;
  readonly #names = createNames();
  readonly #held = new HeldRequests(this.#names, (source) => this.#follower.inputs[source].path);
  readonly #rows = this.#held.rows;
  readonly #time: LiveClock;
  readonly #publisher: Publisher;
  readonly #examiner: Examiner;
  readonly #examinations: LiveExaminations;
  readonly #part: PartKeeper;
  readonly #follower: Follower;
  readonly #reading: SlicedReading;
  readonly #eventListeners = new Set<(event: LiveEvent) => void>();
  readonly #tell = (event: LiveEvent) => {
    for (const listener of this.#eventListeners) listener(event);
  };
  #over: () => void = () => {};
  #begun: () => void = () => {};
  #openedAt = Number.NaN;
  #caughtUp = false;
  readonly #news = new InputNews();
  #trouble = '';
  #stopped = false;
  /** true: it was stopped while a file system did not answer, so a request to it is still pending. */
  isLeft = false;
  #changed = false;
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
          this.#time.seen(this.#held.add(batch));
          this.#changed = true;
        },
        withdraw: (source) => this.#held.withdraw(source),
        lifecycle: (event) => {
          this.#changed = true;
          this.#tell({ type: 'lifecycle', event: this.#held.addEvent(event) });
        },
      },
      wake: () => this.#reading.wake(),
      event: (event, path) => {
        this.#news.happened(event, path, options.clock.nowMicros());
        this.#tell({ type: event, path });
        this.#changed = true;
        this.#reading.wake();
      },
      trouble: (sentence) => {
        this.#trouble = sentence;
        this.#changed = true;
        this.#reading.wake();
      },
    });
    this.#reading = new SlicedReading({
      step: () => this.#follower.step(),
      deliver: () => {
        this.#deliver();
        if (this.#rows.length > 0 && performance.now() - this.#openedAt > PATIENCE_MS) this.#begun();
      },
      idle: () => {
        if (this.#follower.isOver) this.#over();
      },
    });
    this.#examinations = new LiveExaminations({
      clock: options.clock,
      examiner: this.#examiner,
      rows: this.#rows,
      newest: () => this.#time.newest,
      until: () => (this.#time.isLive ? this.readUntil : null),
      lifecycle: () => this.#held.lifecycle,
      inputs: () => this.#follower.reports(),
      zoneMinutes: (instant) => zoneMinutesOf(this.#follower.reports(), instant),
      done: (examined) => {
        this.#publisher.publish({ ...this.#picture(), ...examined });
        this.#part.again();
      },
      failed: (error) => this.#fail(error, 'the newest requests could not be examined: '),
    });
    this.#publisher = new Publisher(
      emptySnapshot('tail', titleOf(options.paths), options.paths, this.#names, options.formats),
    );
  }

  /**
   * Opens the inputs and reads the last part of their contents. The examination follows, see `examined`.
   * @throws UserError when an input cannot be followed
   */
  async start(): Promise<void> {
    await this.#follower.start();
    await this.#readHistory();
    this.#follow();
  }

  /**
   * The same for a screen: resolves as soon as there is something to show, and goes on reading in the background.
   * @throws UserError when an input cannot be followed
   */
  async open(): Promise<void> {
    await this.#follower.start();
    const all = this.#readHistory();
    const begun = new Promise<void>((resolve) => {
      this.#begun = resolve;
    });
    await Promise.race([all, begun]);
    // Watches and the examining thread take a while to start, so the first picture is drawn before them.
    all.then(() => setImmediate(() => this.#follow())).catch((error) => this.#fail(error));
  }

  async #readHistory(): Promise<void> {
    this.#openedAt = performance.now();
    await this.#reading.run();
    if (this.#stopped) return;
    await this.#follower.checkRecognised();
    this.#caughtUp = true;
    this.#time.caughtUp();
    this.#news.leftOut(this.#follower.caughtUp(), this.#options.clock.nowMicros());
    this.#publish();
  }

  /** The existing contents have been read: from now on new lines are followed. */
  #follow(): void {
    if (this.#stopped) return;
    this.#follower.watch();
    this.#publish();
    this.#tick();
    void this.#examinations.run();
  }

  /** Resolves when the requests read at the start have been examined. */
  async examined(): Promise<void> {
    await this.#examinations.underWay;
  }

  snapshot(): Snapshot {
    return this.#publisher.snapshot;
  }

  subscribe(listener: () => void): () => void {
    return this.#publisher.subscribe(listener);
  }

  /** Lifecycle events of the server and of the files, as they come. */
  onEvent(listener: (event: LiveEvent) => void): void {
    this.#eventListeners.add(listener);
  }

  /** Called once when all inputs are streams and all have ended. */
  onOver(listener: () => void): void {
    this.#over = listener;
    if (this.#follower.isOver) listener();
  }

  command(command: EngineCommand): void {
    if (command.type === 'filter') this.#part.filter = command.text;
    if (command.type !== 'show') return;
    // Time for a new picture: one per step by which the lanes move to the left.
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

  /** @param isHeard true: somebody still listens, so the last requests are examined too */
  async stop(isHeard = false): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelTick?.();
    this.#examinations.stop();
    const hasEnded = this.#follower.isOver;
    // Waits until reading has stopped, so that nothing is read twice.
    const stopped = this.#reading.stop().then(() => this.#follower.stop());
    this.isLeft = !(await this.#follower.asked.isDone(stopped));
    if (this.isLeft) await this.#follower.abandon();
    if (isHeard) {
      await this.#examinations.underWay;
      // Whoever interrupts a live log does not wait for a full report.
      await (hasEnded ? this.#examinations.end() : this.#examinations.run());
      this.#publish();
    }
    await this.#examiner.close();
  }

  /** Shows what was read so far. */
  #deliver(): void {
    this.#follower.flush();
    if (!this.#changed) return;
    this.#changed = false;
    this.#held.forgetOld();
    this.#publish();
    // Nothing is said about a half-read history.
    if (this.#caughtUp) this.#examinations.schedule();
  }

  #fail(error: unknown, what = ''): void {
    this.#trouble = `${what}${error instanceof Error ? error.message : String(error)}`;
    this.#publish();
  }

  #publish(): void {
    this.#publisher.publish(this.#picture());
  }

  /** The parts of the snapshot that change with reading. */
  #picture(): Partial<Snapshot> {
    const view = this.#rows.view();
    const from = this.#held.past?.from ?? (view.requests.length > 0 ? instantOf(view.requests, 0) : Number.NaN);
    if (!this.#time.isLive) this.#time.endedBy(spanOf(view.placement, view.requests.length)[1]);
    return {
      now: this.#time.now(),
      live: this.#time.isLive,
      from,
      to: this.#time.newest,
      status: this.#status,
      reading: this.#follower.reading(),
      sources: this.#follower.inputs.map((input) => input.path),
      total: this.#rows.total - this.#rows.withdrawn,
      ...view,
      past: this.#held.past,
      lifecycle: this.#held.lifecycle,
      zoneMinutes: zoneMinutesOf(this.#follower.reports(), from),
    };
  }

  /** Bytes in the files that have not been read yet. */
  get behind(): number {
    return this.#follower.behind;
  }

  /** µs since 1970 UTC: everything written before this instant has been read or is being read. */
  get readUntil(): number {
    return this.#time.now() - 1000 * this.#follower.asked.waits;
  }

  /** What keeps the picture from being complete, in words; "" if nothing does. */
  get hindrance(): string {
    return hindranceOf(this.#follower.asked.silent, this.#trouble, this.behind);
  }

  get #status(): string {
    return statusOf(this.#follower.inputs, this.hindrance, this.#news.words(this.#options.clock.nowMicros()));
  }

  /** While the log is live, the time on the screen advances although nothing is written. */
  #tick(): void {
    this.#cancelTick?.();
    if (this.#stopped) return;
    this.#cancelTick = this.#options.clock.after(this.#tickMs, () => {
      const { now, live, status } = this.snapshot();
      const fresh = { now: this.#time.now(), live: this.#time.isLive, status: this.#status };
      if (now !== fresh.now || live !== fresh.live || status !== fresh.status) this.#publisher.publish(fresh);
      this.#tick();
    });
  }
}
