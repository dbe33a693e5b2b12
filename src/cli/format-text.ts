/** The formats as text: the list of all, and the page of one. */
import type { Field, FormatSample, LogFormat, SampleRow } from '../core/format.ts';
import { printable } from '../core/text.ts';

/** @param width columns of the output */
export function formatList(formats: readonly LogFormat[], width: number): string {
  const column = Math.max(...formats.map(({ id }) => id.length)) + 2;
  const rows = formats.flatMap(({ id, title, samples }) => [
    `${id.padEnd(column)}${title}`,
    `${' '.repeat(column)}${printable(samples[0].line).slice(0, Math.max(40, width - column))}`,
  ]);
  return `${rows.join('\n')}

logscope finds the format by itself, inside Docker, CRI, journald, syslog and other envelopes. More:
  logscope formats gunicorn              what a format gives, and the configuration that makes its server log more
  logscope formats --explain access.log  what was made of the lines of a log, and why
  --log-format 'gunicorn:%(t)s …'        on any command: describe the lines in a server's own directives
`;
}

const cell = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'number' ? value.toLocaleString('en') : String(value);

function rowText(row: SampleRow): string {
  const { durationMicros, waitMicros, ...rest } = row;
  const parts = Object.entries({
    ...rest,
    ...(durationMicros === undefined || durationMicros === null ? {} : { duration: `${durationMicros / 1000} ms` }),
    ...(waitMicros === undefined || waitMicros === null ? {} : { wait: `${waitMicros / 1000} ms` }),
  });
  return parts.flatMap(([key, value]) => (cell(value) === null ? [] : [`${key} ${cell(value)}`])).join(', ');
}

const sampleText = ({ line, row }: FormatSample): string[] => [
  `  ${printable(line)}`,
  `    → ${row === null ? 'about the server itself' : rowText(row)}`,
];

function fieldText(field: Field | string): string {
  if (typeof field === 'string') return `"${field}"`;
  switch (field.kind) {
    case 'time':
      return field.means === 'written' ? 'time of writing' : `time: ${field.means.replace('-', ' ')}`;
    case 'duration':
      return `duration in ${field.unit}`;
    case 'wait':
      return `time in the queue, in ${field.unit}`;
    case 'lead':
      return `time before the work, in ${field.unit}`;
    case 'text':
    case 'word':
    case 'number':
    case 'list':
    case 'blanks':
    case 'level':
    case 'level-prefix':
      return 'passed over';
    case 'until':
      return 'time: end';
    case 'day':
      return 'date of the time';
    case 'target':
      return 'path';
    case 'status-phrase':
      return 'status';
    case 'arrival':
      return 'arrival at a proxy in front';
    case 'pid':
      return 'pid of the worker';
    default:
      return field.kind;
  }
}

function directiveRows({ language, keyed }: LogFormat): string[] {
  const used = new Map<string, string[]>();
  const add = (name: string, meaning: string) => used.set(meaning, [...(used.get(meaning) ?? []), name]);
  for (const [name, directive] of Object.entries(language.directives)) {
    const fields: readonly (Field | string)[] = Array.isArray(directive) ? directive : [directive as Field];
    const meaning = fields
      .filter((field) => typeof field !== 'string')
      .map(fieldText)
      .join(', ');
    if (meaning !== '' && meaning !== 'passed over') add(name, meaning);
  }
  const names = new Set((keyed ?? []).flatMap(({ fields }) => Object.keys(fields)));
  for (const name of names) {
    const field = (keyed ?? []).find(({ fields }) => name in fields)?.fields[name];
    if (field && fieldText(field) !== 'passed over') add(name, fieldText(field));
  }
  const column = Math.max(0, ...[...used.keys()].map((meaning) => meaning.length)) + 2;
  return [...used].map(([meaning, list]) => `  ${meaning.padEnd(column)}${list.join(' ')}`);
}

export function formatPage(format: LogFormat): string {
  const { id, title, layouts, samples, enable, notes } = format;
  const section = (heading: string, rows: readonly string[]) => (rows.length > 0 ? ['', heading, ...rows] : []);
  return `${[
    `${id}: ${title}`,
    ...section('Lines it takes', samples.flatMap(sampleText)),
    ...section('What its directives or keys give', directiveRows(format)),
    ...section(
      'Layouts it knows',
      layouts.flatMap(({ name, directives }) => [`  ${name}`, `    ${directives.replaceAll('\t', '\\t')}`]),
    ),
    ...section(
      'To make the server log more',
      enable.flatMap(({ gives, how, also }) => [
        `  ${gives.join(', ')}`,
        `    ${how}`,
        ...(also ? [`    ${also.how}`] : []),
      ]),
    ),
    ...section(
      'Good to know',
      notes.map((note) => `  ${note}`),
    ),
  ].join('\n')}\n`;
}
