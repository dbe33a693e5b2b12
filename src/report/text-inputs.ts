/** What was read, and what the log could not show. */
import { lostLines } from '../core/lost-lines.ts';
import type { InputSummary } from '../core/summary.ts';
import { countText, percentText } from '../core/words.ts';
import { cutTo, wrapText } from './columns.ts';
import type { TextReportInput } from './text.ts';

const clock = (iso: string | null): string => (iso ? iso.slice(0, 19).replace('T', ' ') : 'no clock');

export function inputSection({ summary, width, paint }: TextReportInput): string[] {
  const rows = summary.inputs.map((input) => {
    const format =
      input.format === null ? 'no known format' : `${input.format} (${percentText(input.format_confidence)})`;
    const envelope = input.envelope ? ` in ${input.envelope}` : '';
    const lifecycle = input.lifecycle > 0 ? `, ${countText(input.lifecycle, 'lifecycle line')}` : '';
    const lost = lostLines(input);
    const unparsed = lost > 0 ? `, ${lost} of ${countText(input.lines, 'line')} not understood` : '';
    return paint(
      'title',
      cutTo(
        `${input.host === undefined ? '' : `${input.host}: `}${input.path}: ${format}${envelope}, ${countText(input.requests, 'request')}${lifecycle}${unparsed}`,
        width,
      ),
    );
  });
  const { window } = summary;
  if (window.from !== null && window.to !== null) {
    rows.push(paint('dim', `${clock(window.from)} to ${clock(window.to)} UTC, ${(window.seconds ?? 0).toFixed(1)} s`));
  }
  for (const input of summary.inputs) {
    for (const assumption of input.assumptions) {
      rows.push(...wrapText(`assumed: ${assumption}`, width, '  ').map((row) => paint('dim', row)));
    }
    rows.push(...unparsedRows(input, { width, paint }));
  }
  return rows;
}

/** One sentence if more than one line in a hundred was not understood or is about other things. */
function unparsedRows(input: InputSummary, { width, paint }: Pick<TextReportInput, 'width' | 'paint'>): string[] {
  const lost = lostLines(input);
  const isMissing = lost * 100 > input.lines;
  if (!isMissing && input.unparsed * 100 <= input.lines) return [];
  const explain = `"logscope formats --explain ${input.path}" shows`;
  if (!isMissing) {
    const share = percentText((input.unparsed - lost) / input.lines);
    return wrapText(`${share} of the lines tell of no request: ${explain} the first of them`, width, '  ').map((row) =>
      paint('dim', row),
    );
  }
  const sentence = `${percentText(lost / input.lines)} of the lines were not understood: ${explain} how far the formats got in them`;
  return [
    ...input.unparsed_examples
      .slice(0, Math.min(3, lost))
      .map(({ line, text, reason }) => paint('warning', cutTo(`  line ${line}: ${reason}: ${text}`, width))),
    ...wrapText(sentence, width, '  ').map((row) => paint('warning', row)),
  ];
}

const HOW_INDENT = '    ';

/** Fields that the same line of configuration would add are reported together; left out if a finding already gives that advice. */
export function missingSection({ summary, width, paint }: TextReportInput): string[] {
  const isTold = (how: string) => summary.findings.some(({ advice }) => advice.includes(how));
  const byAdvice = new Map<string, { what: string[]; gives: string[] }>();
  for (const { what, gives, how } of summary.knows.missing) {
    if (isTold(how)) continue;
    const { what: fields, gives: gains } = byAdvice.get(how) ?? { what: [], gives: [] };
    byAdvice.set(how, { what: [...fields, what], gives: [...gains, gives] });
  }
  if (byAdvice.size === 0) return [];
  return [
    paint('title', 'What this log cannot tell'),
    ...[...byAdvice].flatMap(([how, { what, gives }]) => [
      ...wrapText(
        `no ${what.join(' and no ')} in the log; ${what.length > 1 ? 'they' : 'it'} would give ${gives.join('; ')}.`,
        width,
        '  ',
      ),
      ...wrapText(how, width - HOW_INDENT.length).map((row) => paint('info', `${HOW_INDENT}${row}`)),
    ]),
  ];
}
