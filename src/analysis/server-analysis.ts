/** The analysis of one of several servers: its own requests, with what was inferred from them alone. */
import type { Analysis } from '../core/finding.ts';
import type { ServerPart } from '../core/inference.ts';
import { selectRows } from '../core/table.ts';
import type { AnalyseOptions } from './analyse.ts';
import { missingFields } from './missing-fields.ts';
import { Partial, type Stream } from './partial.ts';
import { eventsOfServer, streamsOf, withoutMeasuredWaits } from './pools.ts';
import { summarise } from './summarise.ts';

/** `whole`: the analysis of all servers, made from `streams`. */
export function analysisOfServer(
  whole: Analysis,
  streams: readonly Stream[],
  part: ServerPart,
  options: AnalyseOptions,
): Analysis {
  const { names, inference } = whole;
  const picked = selectRows(whole.requests, part.rows);
  // Waits measured for all servers together are not those of this one.
  const isMeasured = part.inference.wait.method === 'measured' || inference.wait.method !== 'measured';
  const requests = isMeasured ? picked : withoutMeasuredWaits(picked);
  const partial = new Partial(names);
  const [main] = streamsOf(streams, requests).toSorted((a, b) => b.requests - a.requests);
  partial.rows(requests, main.facts);
  for (const event of eventsOfServer(whole.lifecycle, whole.requests, part)) partial.event(event);
  const summary = summarise({
    partial,
    requests,
    inference: part.inference,
    knows: missingFields(partial.streams, partial.lifecycle, part.inference, options.inputs, options.howToLog),
    inputs: options.inputs,
    version: options.version,
    estimates: null,
  });
  return { summary, requests, inference: part.inference, lifecycle: partial.lifecycle, names };
}
