/** From a partial to the analysis of it: the summary (findings are added later) and the facts behind it. */
import type { Analysis } from '../core/finding.ts';
import type { LastLook } from '../core/inference.ts';
import type { InputSummary } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { wholeSteps } from './followed-part.ts';
import { listHeavyRoutes } from './heavy-routes.ts';
import { inferServer } from './infer-server.ts';
import { lineOrderText } from './line-order.ts';
import { type HowToLog, missingFields } from './missing-fields.ts';
import type { Partial } from './partial.ts';
import { summarise } from './summarise.ts';
import type { Elsewhere } from './wait/runs-elsewhere.ts';
import { waitsAmong } from './wait/surroundings.ts';
import { canSpeak, countedSteps, ofWholeLog, spansOfWorkers } from './whole-log.ts';

export interface AnalyseOptions {
  readonly inputs: readonly InputSummary[];
  readonly version: string;
  /** The configuration that makes the server of a format log a field; from the parsers. */
  readonly howToLog: HowToLog;
  /** `live`, `look`: for a window on the screen; `full`: everything, for a post-mortem. */
  readonly effort: 'live' | 'look' | 'full';
  /** µs since 1970 UTC: the log goes on, and everything up to this instant is in it; null or missing: it has ended. */
  readonly until?: number | null;
  /** What a longer look at the same live log found a moment ago. */
  readonly lastLook?: LastLook | null;
  /** If only a stretch of a log is wanted: a longer stretch that contains it. */
  readonly around?: Partial | null;
  /** Where filter runs are done that may turn out to be needed; missing: here, when they are needed. */
  readonly elsewhere?: Elsewhere;
}

export function analyse(partial: Partial, options: AnalyseOptions): Analysis {
  const estimates = listHeavyRoutes(partial);
  const kept = partial.retained.table();
  const part = partial.retained.complete ? null : wholeSteps(kept, partial.timeline.view());
  const requests = part?.table ?? kept;
  const own = ofWholeLog(
    inferServer({
      table: requests,
      lifecycle: partial.lifecycle,
      names: partial.names,
      beginnings: partial.retained.beginnings,
      streams: partial.streams,
      effort: options.effort === 'full' && part ? 'sample' : options.effort,
      until: options.until ?? null,
      lastLook: options.lastLook ?? null,
      ...(part
        ? { canSpeak: canSpeak(partial, part), counted: countedSteps(part), spans: spansOfWorkers(partial) }
        : {}),
      ...(options.elsewhere ? { elsewhere: options.elsewhere } : {}),
    }),
    partial,
    part,
  );
  const inference = options.around ? waitsAmong(own, requests, options.around) : own;
  const knows = missingFields(partial.streams, partial.lifecycle, inference, options.inputs, options.howToLog);
  const summary = summarise({
    partial,
    requests,
    inference,
    knows,
    inputs: options.inputs.map((input, source) => withLineOrder(input, requests, source)),
    version: options.version,
    estimates,
  });
  return { summary, requests, inference, lifecycle: partial.lifecycle, names: partial.names };
}

function withLineOrder(input: InputSummary, requests: RequestTable, source: number): InputSummary {
  const said = lineOrderText(requests, source);
  return said === null ? input : { ...input, assumptions: [...input.assumptions, said] };
}
