/** The objects of `tail --json` and `replay --json`: one per line, with names and units as in the summary. */
import type { FindingSummary, Summary } from '../core/summary.ts';

/** One per second of log time. `busy` and `queue` are means over the second; null: the log cannot tell. */
export interface TickObject {
  readonly type: 'tick';
  readonly at: string;
  /** Requests that ended since the last tick; over all ticks they add up to the log. */
  readonly requests: number;
  /** Of these, answers with a 5xx status. */
  readonly errors: number;
  /** Requests per second. */
  readonly rate: number;
  readonly busy: number | null;
  readonly capacity: number | null;
  readonly queue: number | null;
  /** Seconds. */
  readonly service_time: { readonly p50: number | null; readonly p95: number | null };
  readonly wait: { readonly p95: number | null };
  /** Live only: bytes in the files that have not been read yet. */
  readonly behind_bytes?: number;
}

export type StreamObject =
  | TickObject
  | {
      readonly type: 'finding';
      readonly at: string;
      readonly state: 'opened' | 'closed';
      readonly finding: FindingSummary;
    }
  | { readonly type: 'lifecycle'; readonly at: string; readonly event: LifecycleWord; readonly worker: string | null }
  | { readonly type: 'rotated' | 'truncated' | 'gone' | 'back'; readonly at: string; readonly path: string }
  | { readonly type: 'summary'; readonly at: string; readonly summary: Summary };

/** The lifecycle events that are part of the stream. */
const lifecycleWords = ['boot', 'exit', 'timeout', 'recycle', 'killed', 'listen'] as const;
export type LifecycleWord = (typeof lifecycleWords)[number];

export const isLifecycleWord = (kind: string): kind is LifecycleWord =>
  (lifecycleWords as readonly string[]).includes(kind);
