/** The interface of an engine, live or replay, to a screen or a JSON stream. */
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import type { EngineCommand } from './command.ts';

/** A raw line of the log, read back from the input. */
export interface RawLine {
  readonly source: number;
  /** Byte offset of the line, as in the column `offset`. */
  readonly offset: number;
  readonly text: string;
}

export interface Engine {
  /** The newest picture; the same object until something changes. */
  snapshot(): Snapshot;
  /** The listener is called after every new picture; the returned function unsubscribes it. */
  subscribe(listener: () => void): () => void;
  command(command: EngineCommand): void;
  /**
   * Raw lines around the line at `offset`: up to `before` in front of it and `after` from it on; fewer if the input no longer holds them.
   */
  readLines(source: number, offset: number, before: number, after: number): Promise<RawLine[]>;
  /** What another pool would have done with the requests of the summary; null if the log cannot carry a prediction. */
  predict(pool: PoolShape): Promise<PoolPrediction | null>;
  /** The summary of some requests of a picture; null if their lines are no longer held. */
  summarise(picture: Snapshot, rows: Int32Array): Promise<Summary | null>;
  /** Stops reading and passes on what is left; the last picture stays valid. */
  stop(): Promise<void>;
}
