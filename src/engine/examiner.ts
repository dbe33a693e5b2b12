/** Examines a window of requests: in this thread, or in one of its own where analysis must not hold up the keyboard. */
import { Partial as LogPartial } from '../analysis/partial.ts';
import type { Names, StreamFacts } from '../core/batch.ts';
import type { ServerInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Placement, Verdict } from '../core/snapshot.ts';
import type { InputSummary, Summary } from '../core/summary.ts';
import { type RequestTable, sliceRows } from '../core/table.ts';
import { version } from '../core/version.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';
import { placementOf } from './placement.ts';

/** The part of a format that the advice on missing fields needs. */
export type FormatAdvice = Parameters<typeof howToLog>[0][number];

export interface ExamineWindow {
  readonly requests: RequestTable;
  /** Index in `facts` of each row. */
  readonly stream: Uint8Array;
  readonly facts: readonly StreamFacts[];
  readonly lifecycle: readonly LifecycleEvent[];
  readonly inputs: readonly InputSummary[];
}

export interface ExaminedWindow {
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly inference: ServerInference;
  /** The rows in the order of the inference: by line, several inputs merged by time. */
  readonly requests: RequestTable;
  readonly placement: Placement;
  /** What it cost, ms. */
  readonly cost: number;
}

export interface Examiner {
  examine(window: ExamineWindow): Promise<ExaminedWindow>;
  /** About the requests of the last window; null where they cannot carry a prediction. */
  predict(pool: PoolShape): Promise<PoolPrediction | null>;
  close(): Promise<void>;
}

/** Examines at once, in this thread. */
export function examineWindow(
  window: ExamineWindow,
  names: Names,
  formats: readonly FormatAdvice[],
): { examination: Examination; result: ExaminedWindow } {
  const begun = performance.now();
  const { requests, stream, facts } = window;
  const partial = new LogPartial(names);
  for (let from = 0; from < requests.length; ) {
    let to = from + 1;
    while (to < requests.length && stream[to] === stream[from]) to++;
    partial.rows(sliceRows(requests, from, to), facts[stream[from]]);
    from = to;
  }
  for (const event of window.lifecycle) partial.event(event);
  const examination = examine(partial, {
    inputs: window.inputs,
    version,
    howToLog: howToLog(formats),
    effort: 'live',
  });
  const { inference, requests: ordered } = examination.facts;
  const result = {
    summary: examination.summary,
    verdict: examination.verdict,
    inference,
    requests: ordered,
    placement: placementOf(ordered, inference),
    cost: performance.now() - begun,
  };
  return { examination, result };
}

export class LocalExaminer implements Examiner {
  readonly #names: Names;
  readonly #formats: readonly FormatAdvice[];
  #last: Examination | null = null;

  constructor(names: Names, formats: readonly FormatAdvice[]) {
    this.#names = names;
    this.#formats = formats;
  }

  async examine(window: ExamineWindow): Promise<ExaminedWindow> {
    const { examination, result } = examineWindow(window, this.#names, this.#formats);
    this.#last = examination;
    return result;
  }

  async predict(pool: PoolShape): Promise<PoolPrediction | null> {
    return this.#last?.facts.predictor.predict(pool) ?? null;
  }

  async close(): Promise<void> {}
}
