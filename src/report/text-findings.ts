/** The findings with their evidence and advice. */
import { wrapText } from './columns.ts';
import type { TextReportInput } from './text.ts';

export function findingsSection({ summary, width, paint }: TextReportInput): string[] {
  if (summary.findings.length === 0) return [];
  return [
    paint('title', 'Findings'),
    ...summary.findings.flatMap(({ id, severity, title, detail, advice }) => {
      const name = `${severity} ${id}`;
      const [first, ...rest] = wrapText(`${name}: ${title}`, width, '  ');
      return [
        `${paint(severity, name)}${first.slice(name.length)}`,
        ...rest,
        ...wrapText(detail, width - 2).map((row) => `  ${row}`),
        ...wrapText(advice, width - 4).map((row, i) => `  ${paint('ok', i === 0 ? '→' : ' ')} ${row}`),
      ];
    }),
  ];
}
