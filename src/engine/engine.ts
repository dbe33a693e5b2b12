/** What a screen or a stream of JSON needs of the engine, live or replayed. */
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import type { EngineCommand } from './command.ts';

/** A raw line of the log, read back from the input. */
export interface RawLine {
  readonly source: number;
  /** Byte offset of the line; what the columns call `offset`. */
  readonly offset: number;
  readonly text: string;
}

export interface Engine {
  /** The newest picture; the same object until something changes. */
  snapshot(): Snapshot;
  /** Called after every new picture; the returned function ends it. */
  subscribe(listener: () => void): () => void;
  command(command: EngineCommand): void;
  /** Raw lines around a place in an input, at most `count`; fewer where the input no longer holds them. */
  readLines(source: number, offset: number, before: number, after: number): Promise<RawLine[]>;
  /** What another pool would have done with the requests of the summary; null where the log cannot carry it. */
  predict(pool: PoolShape): Promise<PoolPrediction | null>;
  /** The summary of some of the requests of a picture; null where their lines are no longer held. */
  summarise(picture: Snapshot, rows: Int32Array): Promise<Summary | null>;
  /** Stops reading and hands on what is left; the last picture stays valid. */
  stop(): Promise<void>;
}
