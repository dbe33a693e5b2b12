/** The engine of `replay`: a saved log read once, then played on a clock of its own. */
import { basename } from 'node:path';
import { Partial as LogPartial } from '../analysis/partial.ts';
import type { Clock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { InputSummary } from '../core/summary.ts';
import { version } from '../core/version.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { LogParser } from '../ingest/parser.ts';
import { readInput } from '../ingest/read-input.ts';
import type { EngineCommand } from './command.ts';
import type { Engine, RawLine } from './engine.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';
import { idleStretches, overviewOf } from './overview.ts';
import { placementOf } from './placement.ts';
import { Player } from './player.ts';
import { Publisher } from './publisher.ts';
import { readLinesOf } from './read-lines.ts';
import { zoneMinutesOf } from './zone-minutes.ts';

export interface ReplayOptions {
  readonly paths: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly clock: Clock;
  /** Log seconds per second. */
  readonly speed: number;
  readonly timezone?: string;
  readonly logFormat?: string;
}

/** While it plays, a picture this often, ms: the screen decides which of them it draws. */
const PICTURE_EVERY = 16;

export class ReplayEngine implements Engine {
  readonly #options: ReplayOptions;
  readonly #partial = new LogPartial();
  readonly #parsers: LogParser[] = [];
  readonly #player: Player;
  readonly #publisher: Publisher;
  #examination: Examination;
  #cancel: (() => void) | null = null;
  #bytes = 0;
  #totalBytes = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#examination = this.#examine();
    this.#player = new Player(options.clock, { from: 0, to: 0 }, options.speed);
    this.#publisher = new Publisher(this.#first());
  }

  /** Reads everything; pictures are published on the way. @throws UserError when an input cannot be read */
  async load(): Promise<void> {
    const { paths, formats, timezone, logFormat } = this.#options;
    for (const [source, path] of paths.entries()) {
      const parser = createParser({
        path,
        source,
        formats,
        names: this.#partial.names,
        sink: { batch: (batch) => this.#partial.batch(batch), lifecycle: (event) => this.#partial.event(event) },
        ...(timezone === undefined ? {} : { timezone }),
        ...(logFormat === undefined ? {} : { logFormat }),
      });
      this.#parsers.push(parser);
      const before = this.#bytes;
      await readInput(path, parser, {
        onProgress: (read, total) => this.#progress(before + read, before + (total ?? Number.NaN)),
      });
    }
    this.#settle();
  }

  /** Begins to play, from wherever it is. */
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
      case 'show':
        return;
    }
    this.#tick();
  }

  async readLines(source: number, offset: number, before: number, after: number): Promise<RawLine[]> {
    const path = this.#options.paths[source];
    return path === undefined || path === '-' ? [] : readLinesOf(path, source, offset, before, after);
  }

  async predict(pool: PoolShape): Promise<PoolPrediction | null> {
    return this.#examination.facts.predictor.predict(pool);
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
  }

  #progress(read: number, total: number): void {
    this.#bytes = read;
    this.#totalBytes = total;
    this.#publisher.publish({ reading: { bytes: read, total, skipped: 0, caughtUp: false } });
  }

  #inputs(): InputSummary[] {
    return this.#parsers.map((parser) => parser.report());
  }

  #examine(): Examination {
    const { formats } = this.#options;
    return examine(this.#partial, { inputs: this.#inputs(), version, howToLog: howToLog(formats), effort: 'full' });
  }

  /** Everything is read: the whole log is examined, and the player knows how long it is. */
  #settle(): void {
    this.#examination = this.#examine();
    const { summary, verdict, facts } = this.#examination;
    const { requests, inference, lifecycle, names } = facts;
    const placement = placementOf(requests, inference);
    const [from, to] = spanOf(placement.start, placement.end, requests.length);
    const view = this.#partial.timeline.view();
    this.#player.extend({ from, to }, idleStretches(view));
    this.#publisher.publish({
      from,
      to,
      now: this.#player.position(),
      reading: { bytes: this.#bytes, total: this.#totalBytes, skipped: 0, caughtUp: true },
      total: this.#partial.requests,
      summary,
      verdict,
      requests,
      placement,
      inference,
      lifecycle,
      names,
      zoneMinutes: zoneMinutesOf(summary.inputs, from),
      overview: overviewOf(view),
      status: this.#partial.retained.complete
        ? ''
        : `${requests.length} of ${this.#partial.requests} requests are held`,
    });
  }

  /** A picture of the position now, and while it plays the next one soon. */
  #tick(): void {
    this.#cancel?.();
    this.#cancel = null;
    const now = this.#player.position();
    this.#publisher.publish({
      now,
      playing: this.#player.playing,
      speed: this.#player.speed,
      looping: this.#player.loop,
      skippingIdle: this.#player.skipsIdle,
    });
    if (this.#player.playing) this.#cancel = this.#options.clock.after(PICTURE_EVERY, () => this.#tick());
  }

  #first(): Snapshot {
    const { paths, speed } = this.#options;
    const { summary, verdict, facts } = this.#examination;
    return {
      version: 0,
      mode: 'replay',
      title: paths.length === 1 ? basename(paths[0]) : `${paths.length} files`,
      sources: paths,
      now: Number.NaN,
      from: Number.NaN,
      to: Number.NaN,
      live: false,
      playing: false,
      speed,
      looping: null,
      skippingIdle: false,
      status: '',
      reading: { bytes: 0, total: Number.NaN, skipped: 0, caughtUp: false },
      total: 0,
      summary,
      verdict,
      requests: facts.requests,
      placement: placementOf(facts.requests, facts.inference),
      inference: facts.inference,
      lifecycle: [],
      names: facts.names,
      zoneMinutes: 0,
      overview: null,
    };
  }
}

/** First start (or end) and last end (or start) of all rows, µs; NaN while there is none. */
function spanOf(start: Float64Array, end: Float64Array, length: number): [from: number, to: number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const [first, last] = [
      start[row] === start[row] ? start[row] : end[row],
      end[row] === end[row] ? end[row] : start[row],
    ];
    if (first < from) from = first;
    if (last > to) to = last;
  }
  return from <= to ? [from, to] : [Number.NaN, Number.NaN];
}
