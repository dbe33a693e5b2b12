/** Options and callbacks of a follower. */
import type { Names } from '../../core/batch.ts';
import type { Clock } from '../../core/clock.ts';
import type { LogFormat } from '../../core/format.ts';
import type { IngestSink } from '../../ingest/parser.ts';
import type { FollowEvent } from './followed-file.ts';
import type { TruncationWatch } from './truncation.ts';

export interface FollowerOptions {
  readonly paths: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly names: Names;
  readonly clock: Clock;
  readonly history: number;
  readonly poll: boolean;
  readonly timezone?: string;
  readonly logFormat?: string;
  readonly stateFile?: string;
  readonly truncations?: TruncationWatch;
  readonly sink: IngestSink;
  /** Called when there may be something to read. */
  readonly wake: () => void;
  readonly event: (event: FollowEvent, path: string) => void;
  readonly trouble: (sentence: string) => void;
}
