/** The report of an input that was read in several ranges, in the order of the ranges. */
import type { InputSummary } from '../core/summary.ts';

/** Examples kept of lines that nothing took. */
const EXAMPLES = 5;

export function joinReports(reports: readonly InputSummary[]): InputSummary {
  const total = { bytes: 0, lines: 0, requests: 0, lifecycle: 0, continuation: 0, unparsed: 0 };
  const examples: InputSummary['unparsed_examples'] = [];
  const assumptions = new Set<string>();
  for (const report of reports) {
    for (const example of report.unparsed_examples) {
      if (examples.length < EXAMPLES) examples.push({ ...example, line: example.line + total.lines });
    }
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
    for (const sentence of report.assumptions) assumptions.add(sentence);
  }
  // Every range was read with the formats found at the head of the input, so the first speaks for all.
  return { ...reports[0], ...total, unparsed_examples: examples, assumptions: [...assumptions] };
}
