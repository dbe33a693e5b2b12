/** One input of a live view: the source of its bytes, the parser that they go through, and the way back to its raw lines. */
import type { RequestBatch } from '../../core/batch.ts';
import type { Clock } from '../../core/clock.ts';
import type { InputSummary } from '../../core/summary.ts';
import type { LogParser } from '../../ingest/parser.ts';
import type { RawLine } from '../engine.ts';
import { readLinesOf } from '../read-lines.ts';
import type { FilePosition } from './file-position.ts';
import { type FollowEvent, FollowedFile } from './followed-file.ts';
import { RawRing } from './raw-ring.ts';
import type { StreamSource } from './stream-source.ts';
import type { TruncationWatch } from './truncation.ts';

export interface LiveInputOptions {
  readonly path: string;
  readonly source: number;
  readonly parser: LogParser;
  readonly clock: Clock;
  /** false: the files are on a network. */
  readonly isLocal: boolean;
  readonly truncations: TruncationWatch | null;
  readonly event: (event: FollowEvent) => void;
  readonly trouble: (sentence: string) => void;
}

/** Part of the stream that is in the file at the path: its offset in the stream and its position in the file. */
interface Stretch {
  readonly offset: number;
  readonly position: number;
}

export class LiveInput {
  readonly path: string;
  readonly source: number;
  readonly file: FollowedFile;
  readonly #parser: LogParser;
  readonly #ring = new RawRing();
  /** Parts of the present file at the path; the offset of a line is looked up here. */
  #stretches: Stretch[] = [];
  #stream: StreamSource | null = null;
  #queue: Uint8Array[] = [];
  #ended = false;
  /** Bytes of the file before the position at which reading began. */
  skipped = 0;
  /** true: what is read was there before the log was followed, and nobody asked for it. */
  isHistory = false;
  /** Requests of that history whose lines carry no time. */
  undated = 0;

  constructor(options: LiveInputOptions) {
    this.path = options.path;
    this.source = options.source;
    this.#parser = options.parser;
    const sink = {
      bytes: (chunk: Uint8Array, position: number, isCurrent: boolean) => this.#take(chunk, position, isCurrent),
      event: (event: FollowEvent) => {
        // Positions in the previous file are meaningless now.
        if (event !== 'gone') this.#stretches = [];
        options.event(event);
      },
      trouble: options.trouble,
    };
    this.file = new FollowedFile(options.path, sink, options.clock, options.isLocal, options.truncations);
  }

  /** Lines without a time count from when they come; when those of the history came nobody has seen. */
  isShown({ facts, length }: RequestBatch): boolean {
    if (!this.isHistory || facts.stampMeaning !== 'arrival') return true;
    this.undated += length;
    return false;
  }

  /** Reads from a stream instead of a file. */
  attach(open: (sink: { bytes(chunk: Uint8Array): void; end(): void }) => StreamSource, wake: () => void): void {
    this.#stream = open({
      bytes: (chunk) => {
        this.#queue.push(chunk);
        // With enough unprocessed chunks the stream is paused, so that the writer waits.
        if (this.#queue.length > 16) this.#stream?.pause();
        wake();
      },
      end: () => {
        this.#ended = true;
        wake();
      },
    });
  }

  get isStream(): boolean {
    return this.#stream !== null;
  }

  /** true: a stream whose writer has closed it, and which was read completely. */
  get isOver(): boolean {
    return this.#ended && this.#queue.length === 0;
  }

  get behind(): number {
    return this.#stream ? this.#queue.reduce((sum, chunk) => sum + chunk.length, 0) : this.file.behind;
  }

  report(): InputSummary {
    return this.#parser.report();
  }

  flush(): void {
    this.#parser.flush();
  }

  /** Reads one chunk. true: there is more. */
  async step(): Promise<boolean> {
    if (!this.#stream) return this.file.step();
    const chunk = this.#queue.shift();
    if (this.#queue.length < 4) this.#stream.resume();
    if (!chunk) return false;
    this.#take(chunk, 0, false);
    return this.#queue.length > 0;
  }

  /** Reads what there is, before the end. */
  async drain(): Promise<void> {
    this.#stream?.close();
    for (const chunk of this.#queue.splice(0)) this.#take(chunk, 0, false);
    if (!this.#stream) await this.file.drain();
  }

  /** `last`: an unfinished last line is used as it is. */
  async close(last: boolean): Promise<void> {
    await this.file.close(last);
    this.#parser.end();
  }

  /** Where reading stands in the files that may still grow; empty for streams. */
  positions(): readonly FilePosition[] {
    return this.file.state();
  }

  async lines(offset: number, before: number, after: number): Promise<RawLine[]> {
    const held = this.#ring.lines({ source: this.source, offset, before, after });
    if (held.length > 0) return held;
    const stretch = this.#stretches.findLast((one) => one.offset <= offset);
    if (!stretch) return [];
    const shift = stretch.position - stretch.offset;
    const lines = await readLinesOf(this.path, this.source, offset + shift, before, after);
    return lines.map((line) => ({ ...line, offset: line.offset - shift }));
  }

  #take(chunk: Uint8Array, position: number, isCurrent: boolean): void {
    const offset = this.#ring.end;
    if (isCurrent) {
      const last = this.#stretches.at(-1);
      if (!last || last.position - last.offset !== position - offset) this.#stretches.push({ offset, position });
    }
    this.#ring.add(chunk);
    this.#parser.push(chunk);
  }
}
