/** How long requests are served: as the lines say, or as inferred with the structure. */
import type { HiddenSlots, LoadGrowth, ServiceInference } from '../../core/inference.ts';
import type { RequestTable } from '../../core/table.ts';
import { durationText, hiddenSlotsText } from '../../core/words.ts';
import { seemsAborted } from './killed.ts';
import type { Trace } from './trace.ts';
import type { Found } from './without-durations.ts';

/** In longer logs quantiles are taken from every k-th request. */
const QUANTILE_ROWS = 20_000;

/** Service times of a whole log, µs. `covers`: what the logged durations cover. */
export function serviceOf(
  table: RequestTable,
  trace: Trace,
  found: Found,
  covers: 'service' | 'response' | null,
  growth: LoadGrowth | null,
): ServiceInference {
  // If no line has a time, the durations are all that is known about the requests.
  const duration =
    trace.length > 0 ? trace.duration : table.duration.subarray(0, table.length).filter((micros) => micros >= 0);
  const n = duration.length;
  const hasDurations = trace.length > 0 ? trace.hasDurations : n > table.length / 2;
  const nothing = Number.NaN;
  const unknown = { p50: nothing, p90: nothing, p95: nothing, p99: nothing, max: nothing };
  if (!hasDurations || n === 0 || covers === 'response') {
    const method = Number.isNaN(found.serviceMean) ? 'unknown' : 'inferred';
    return { method, basis: found.serviceBasis, mean: found.serviceMean, ...unknown, growth };
  }
  if (!trace.hasWorkers && seemsAborted(table, trace.row)) {
    const basis = 'some requests were aborted (500 without a byte): what they took is not in their lines';
    return { method: 'unknown', basis, mean: nothing, ...unknown, growth };
  }
  if (growth?.inTurn) {
    const { found } = growth.inTurn;
    const mean = found?.serviceMean ?? nothing;
    const method = mean > 0 ? 'inferred' : 'unknown';
    return { method, basis: basisInTurn(growth.inTurn), mean, ...unknown, growth };
  }
  let total = 0;
  let max = 0;
  for (let i = 0; i < n; i++) {
    total += duration[i];
    if (duration[i] > max) max = duration[i];
  }
  const mean = total / n;
  const step = Math.ceil(n / QUANTILE_ROWS);
  const sorted = new Float64Array(Math.ceil(n / step));
  for (let k = 0; k < sorted.length; k++) sorted[k] = duration[k * step];
  sorted.sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const quantiles = { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max };
  return trace.killed.length === 0
    ? {
        method: 'logged',
        basis: found.timesAreWork ? found.serviceBasis : basisOfLogged(growth),
        mean,
        ...quantiles,
        growth,
      }
    : {
        method: 'inferred',
        basis: `durations in the lines; ${trace.killed.length} killed requests by the silence before`,
        mean,
        ...quantiles,
        growth,
      };
}

const IN_TURN = 'durations hold the time in a queue inside the application';

function basisInTurn({ found }: HiddenSlots): string {
  if (found === null) return `${IN_TURN}; how much of them is work the log does not show`;
  const between =
    found.low === found.high
      ? ''
      : ` (${durationText(found.lowService)} to ${durationText(found.highService)} fit the log)`;
  return found.serviceMean > 0
    ? `${IN_TURN}: from arrivals and ends, first come first served for ${hiddenSlotsText(found)} in each process${between}`
    : `${IN_TURN}; how much of them is work is not well known${between}`;
}

const basisOfLogged = (growth: LoadGrowth | null): string =>
  growth?.grows
    ? 'durations in the lines: the time in the application, with what requests waited for each other there'
    : 'durations in the lines';
