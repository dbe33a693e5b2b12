/** Options of a live engine, and the events that it emits besides its pictures. */
import type { Clock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { createNames } from '../core/names.ts';
import type { Examiner } from './examiner.ts';
import type { FollowEvent } from './follow/followed-file.ts';
import type { TruncationWatch } from './follow/truncation.ts';

export interface LiveOptions {
  readonly paths: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly clock: Clock;
  /** Bytes to read from the end of each file at the start. */
  readonly history: number;
  readonly poll: boolean;
  /** Creates the examiner for the names that this engine interns. */
  readonly examiner: (names: ReturnType<typeof createNames>) => Examiner;
  readonly timezone?: string;
  readonly logFormat?: string;
  /** Reads local files along, to catch what is lost when they are copied and truncated. */
  readonly truncations?: TruncationWatch;
  /** File in which positions are remembered, and from which reading continues. */
  readonly stateFile?: string;
}

export type LiveEvent =
  | { readonly type: 'lifecycle'; readonly event: LifecycleEvent }
  | { readonly type: FollowEvent; readonly path: string };
