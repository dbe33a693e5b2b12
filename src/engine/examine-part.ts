/**
 * Judges the requests that pass a filter as a part: rates, times and errors are its own, but the pool behind it is the one that all
 * requests show. Taken for a log of its own, a part would show a smaller, idler server that never existed.
 */
import { floatsAt, integersAt } from '../core/columns.ts';
import { type Facts, isKeptWhole } from '../core/finding.ts';
import type { FilteredPart, PartNumbers } from '../core/part.ts';
import { medianOf, quantileOf } from '../core/statistics.ts';
import { selectRows } from '../core/table.ts';
import { isHidden } from '../core/wait-range.ts';
import { diagnose } from '../findings/diagnose.ts';
import { findingRules } from '../findings/index.ts';
import { partVerdict } from '../findings/part-verdict.ts';
import { parseFilter } from './filter.ts';
import { placementOf } from './placement.ts';

const rulesForParts = findingRules.filter(({ ofPart }) => ofPart);

const UNASKED =
  'a filter by status, duration, wait or size picks the outcome, so that findings would be about the filter.';

/** null: the text is no valid filter. */
export function examinePart(facts: Facts, text: string, sources: readonly string[]): FilteredPart | null {
  const { filter } = parseFilter(text);
  if (!filter) return null;
  const { requests, inference, names } = facts;
  const passes = filter.over({ requests, placement: placementOf(requests, inference), names, sources });
  const rows = Array.from({ length: requests.length }, (_, row) => row).filter(passes);
  const findings = filter.picksOutcome || rows.length === 0 ? [] : diagnose(partOf(facts, rows), rulesForParts);
  return {
    filter: text,
    requests: rows.length,
    of: requests.length,
    verdict: partVerdict(numbersOf(facts, rows, filter.picksOutcome), findings),
    findings,
    unasked: filter.picksOutcome ? UNASKED : '',
  };
}

/** The facts restricted to these requests; everything about the pool is still that of all requests. */
function partOf(facts: Facts, rows: readonly number[]): Facts {
  const { start, end, uncertainty, lane, wait } = facts.inference.requests;
  const pick = (column: Float64Array) => floatsAt(column, rows);
  return {
    ...facts,
    requests: selectRows(facts.requests, rows),
    inference: {
      ...facts.inference,
      requests: {
        start: pick(start),
        end: pick(end),
        uncertainty: pick(uncertainty),
        lane: integersAt(lane, rows),
        wait: pick(wait),
      },
    },
  };
}

function numbersOf(
  { requests, inference, summary }: Facts,
  rows: readonly number[],
  picksOutcome: boolean,
): PartNumbers {
  const { start, end, wait, waitSamples } = inference.requests;
  const service = (row: number) => end[row] - start[row];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const known = (values: readonly number[]) => values.filter((value) => value >= 0);
  const all = Array.from({ length: requests.length }, (_, row) => service(row));
  const own = known(rows.map(service));
  // Each sample is one possible history of all requests. Its quantile has the right spread, that of the best estimates has not. The median
  // over histories is shown, as for the whole log and in findings about some of its routes.
  const waits = (waitSamples ?? [wait])
    .map((one) => known(rows.map((row) => one[row])))
    .filter(({ length }) => length > 0);
  const hasWaits = inference.wait.method !== 'unknown' && waits.length > 0;
  const hasStatus = rows.some((row) => requests.status[row] > 0);
  return {
    requests: rows.length,
    of: requests.length,
    isSample: !isKeptWhole({ requests, summary }),
    picksOutcome,
    busyShare: own.length > 0 ? sum(own) / sum(known(all)) : Number.NaN,
    serviceP95: own.length > 0 ? quantileOf(own, 0.95) : Number.NaN,
    waitP95: hasWaits ? medianOf(waits.map((one) => quantileOf(one, 0.95))) : Number.NaN,
    waitMethod: inference.wait.method,
    waitConfidence: inference.wait.confidence,
    waitIsHidden: isHidden(summary.wait),
    errors: hasStatus ? rows.filter((row) => requests.status[row] >= 500).length : Number.NaN,
  };
}
