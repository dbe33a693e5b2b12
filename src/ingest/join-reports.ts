/** The report of an input that was read in several ranges, in the order of the ranges. */
import type { InputSummary } from '../core/summary.ts';
import { NO_REQUEST } from './reasons.ts';

/** Examples kept of lines that nothing took. */
const EXAMPLES = 5;

export function joinReports(reports: readonly InputSummary[]): InputSummary {
  const total = { bytes: 0, lines: 0, requests: 0, lifecycle: 0, continuation: 0, unparsed: 0 };
  let unrelated = 0;
  const examples: InputSummary['unparsed_examples'] = [];
  const assumptions = new Set<string>();
  for (const report of reports) {
    examples.push(...report.unparsed_examples.map((example) => ({ ...example, line: example.line + total.lines })));
    unrelated += report.unrelated ?? 0;
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
    for (const sentence of report.assumptions) assumptions.add(sentence);
  }
  // Every range was read with the formats found at the head of the input, so the first speaks for all.
  const inOrder = [
    ...examples.filter(({ reason }) => reason !== NO_REQUEST),
    ...examples.filter(({ reason }) => reason === NO_REQUEST),
  ];
  return {
    ...reports[0],
    ...total,
    ...(unrelated > 0 ? { unrelated } : {}),
    unparsed_examples: inOrder.slice(0, EXAMPLES),
    assumptions: [...assumptions],
  };
}
