/** The thread that examines windows; only `ThreadExaminer` talks to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type PartialState, partialOfState } from '../analysis/partial-state.ts';
import { createNames } from '../core/names.ts';
import type { PoolShape } from '../core/prediction.ts';
import type { InputSummary } from '../core/summary.ts';
import type { Examination } from './examine.ts';
import { examinePart } from './examine-part.ts';
import { type ExamineWindow, examinePartial, examineWindow, type FormatAdvice } from './examiner.ts';

/** Names that became known since the last request, in order: both threads then give them the same ids. */
export interface NewNames {
  readonly workers: readonly string[];
  readonly threads: readonly string[];
  readonly routes: readonly string[];
}

export type ThreadRequest =
  | { readonly id: number; readonly window: ExamineWindow; readonly names: NewNames }
  | { readonly id: number; readonly state: PartialState; readonly inputs: readonly InputSummary[] }
  | { readonly id: number; readonly filter: string; readonly sources: readonly string[] }
  | { readonly id: number; readonly pool: PoolShape };

const names = createNames();
const { formats } = workerData as { formats: readonly FormatAdvice[] };
let last: Examination | null = null;
let whole: Examination | null = null;

parentPort?.on('message', (request: ThreadRequest) => {
  const { id } = request;
  try {
    if ('pool' in request) {
      parentPort?.postMessage({ id, answer: (whole ?? last)?.facts.predictor.predict(request.pool) ?? null });
      return;
    }
    if ('filter' in request) {
      const facts = (whole ?? last)?.facts;
      parentPort?.postMessage({ id, answer: facts ? examinePart(facts, request.filter, request.sources) : null });
      return;
    }
    if ('state' in request) {
      const { examination, result } = examinePartial(partialOfState(request.state), request.inputs, formats);
      whole = examination;
      parentPort?.postMessage({ id, answer: { ...result, inference: withoutSamples(result.inference) } });
      return;
    }
    for (const kind of ['workers', 'threads', 'routes'] as const) {
      for (const name of request.names[kind]) names[kind].add(name);
    }
    const { examination, result } = examineWindow(request.window, names, formats);
    if (!request.window.isAside) last = examination;
    parentPort?.postMessage({ id, answer: { ...result, inference: withoutSamples(result.inference) } });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

// Tells the caller that the thread has started.
parentPort?.postMessage({ id: 0 });

/** The screen draws point estimates only; the samples stay in this thread, where the findings have used them. */
function withoutSamples<T extends { readonly requests: { readonly waitSamples?: unknown } }>(inference: T): T {
  const { waitSamples: _, ...requests } = inference.requests;
  return { ...inference, requests };
}
