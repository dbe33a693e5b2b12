/** Examines a window of requests, in this thread or in one of its own so that the keyboard stays responsive. */
import type { AnalyseOptions } from '../analysis/analyse.ts';
import { Partial as LogPartial } from '../analysis/partial.ts';
import type { Beginning } from '../analysis/rows-in-order.ts';
import type { Names, StreamFacts } from '../core/batch.ts';
import type { LastLook, ServerInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { FilteredPart } from '../core/part.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Placement, Verdict } from '../core/snapshot.ts';
import type { InputSummary, Summary } from '../core/summary.ts';
import { type RequestTable, sliceRows } from '../core/table.ts';
import { version } from '../core/version.ts';
import type { JudgedServer } from '../findings/diagnose-servers.ts';
import { type Examination, examine } from './examine.ts';
import { examinePart } from './examine-part.ts';
import { howToLog } from './how-to-log.ts';
import { placementOf } from './placement.ts';
import { threadMs } from './thread-time.ts';

/** The part of a format that advice on missing fields needs. */
export type FormatAdvice = Parameters<typeof howToLog>[0][number];

export interface ExamineWindow {
  readonly requests: RequestTable;
  /** Per row: index into `facts`. */
  readonly stream: Uint8Array;
  readonly facts: readonly StreamFacts[];
  readonly lifecycle: readonly LifecycleEvent[];
  readonly inputs: readonly InputSummary[];
  /** Where a log begins behind another one in the same input; missing: nowhere. */
  readonly beginnings?: readonly Beginning[];
  /** true: a one-off question, after which predictions still refer to the previous window. */
  readonly isAside?: boolean;
  /** `full`: the effort of a post-mortem, for a range that somebody looks at; `look`: in between; default `live`. */
  readonly effort?: 'live' | 'look' | 'full';
  /** µs since 1970 UTC: the log goes on, and the window holds everything up to here; null: the log has ended. */
  readonly until?: number | null;
  /** What a recent, more thorough look at the same log has found; used by `live`. */
  readonly lastLook?: LastLook | null;
}

export interface ExaminedWindow {
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly inference: ServerInference;
  /** If several servers wrote the logs: the verdict on each, in the order of the inference; else empty. */
  readonly servers: readonly JudgedServer[];
  /** The rows in the order of the inference: by line, with several inputs merged by time. */
  readonly requests: RequestTable;
  readonly placement: Placement;
  /** Processor time, ms. */
  readonly cost: number;
}

export interface Examiner {
  examine(window: ExamineWindow): Promise<ExaminedWindow>;
  /** Examines a whole log with the effort of a post-mortem; predictions refer to it from then on. */
  examineAll(partial: LogPartial, inputs: readonly InputSummary[]): Promise<ExaminedWindow>;
  /** Predicts from the whole log if there is one, else from the last window; null if it cannot carry a prediction. */
  predict(pool: PoolShape): Promise<PoolPrediction | null>;
  /**
   * Examines the requests that pass a filter, of the whole log or the last window; null before there is one, or if the text is no valid
   * filter.
   */
  part(filter: string, sources: readonly string[]): Promise<FilteredPart | null>;
  close(): Promise<void>;
}

/** Examines a window in this thread. */
export function examineWindow(window: ExamineWindow, names: Names, formats: readonly FormatAdvice[]): Examined {
  const begun = threadMs();
  const { requests, stream, facts } = window;
  const partial = new LogPartial(names);
  for (let from = 0; from < requests.length; ) {
    let to = from + 1;
    while (to < requests.length && stream[to] === stream[from]) to++;
    partial.rows(sliceRows(requests, from, to), facts[stream[from]]);
    from = to;
  }
  for (const event of window.lifecycle) partial.event(event);
  for (const beginning of window.beginnings ?? []) partial.retained.begin(beginning);
  const { inputs, effort = 'live', until = null, lastLook = null } = window;
  return finish(partial, { inputs, effort, until, lastLook }, formats, begun);
}

/** Examines a whole log in this thread. */
export const examinePartial = (
  partial: LogPartial,
  inputs: readonly InputSummary[],
  formats: readonly FormatAdvice[],
): Examined => finish(partial, { inputs, effort: 'full' }, formats, threadMs());

export interface Examined {
  readonly examination: Examination;
  readonly result: ExaminedWindow;
}

function finish(
  partial: LogPartial,
  how: Pick<AnalyseOptions, 'inputs' | 'effort' | 'until' | 'lastLook'>,
  formats: readonly FormatAdvice[],
  begun: number,
): Examined {
  const examination = examine(partial, { ...how, version, howToLog: howToLog(formats) });
  const { inference, requests } = examination.facts;
  const result = {
    summary: examination.summary,
    verdict: examination.verdict,
    inference,
    servers: examination.servers,
    requests,
    placement: placementOf(requests, inference),
    cost: Math.max(0, threadMs() - begun),
  };
  return { examination, result };
}

export class LocalExaminer implements Examiner {
  readonly #names: Names;
  readonly #formats: readonly FormatAdvice[];
  #last: Examination | null = null;
  #whole: Examination | null = null;

  constructor(names: Names, formats: readonly FormatAdvice[]) {
    this.#names = names;
    this.#formats = formats;
  }

  async examine(window: ExamineWindow): Promise<ExaminedWindow> {
    const { examination, result } = examineWindow(window, this.#names, this.#formats);
    if (!window.isAside) this.#last = examination;
    return result;
  }

  async examineAll(partial: LogPartial, inputs: readonly InputSummary[]): Promise<ExaminedWindow> {
    const { examination, result } = examinePartial(partial, inputs, this.#formats);
    this.#whole = examination;
    return result;
  }

  async predict(pool: PoolShape): Promise<PoolPrediction | null> {
    return (this.#whole ?? this.#last)?.facts.predictor.predict(pool) ?? null;
  }

  async part(filter: string, sources: readonly string[]): Promise<FilteredPart | null> {
    const examination = this.#whole ?? this.#last;
    return examination && examinePart(examination.facts, filter, sources);
  }

  async close(): Promise<void> {}
}
