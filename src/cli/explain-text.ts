/**
 * An explanation of a log's lines as text: how many lines each format took, their fields labelled in place, and where other formats
 * stopped.
 */

import type { ExplainedKind, ExplainedLine, Explanation, Label, StuckLine } from '../core/explanation.ts';
import { printable } from '../core/text.ts';
import { NO_REQUEST } from '../ingest/reasons.ts';
import { wrapText } from '../report/columns.ts';

const number = (value: number): string => value.toLocaleString('en');

function share(lines: number, all: number): string {
  const percent = (100 * lines) / Math.max(1, all);
  return `${percent > 0 && percent < 1 ? '< 1' : percent > 99 && percent < 100 ? '> 99' : Math.round(percent)} %`;
}

/** Labels below the text, on as many rows as they need without overlapping. */
function labelRows(labels: readonly Label[]): string[] {
  const rows: string[] = [];
  for (const { from, name } of [...labels].sort((a, b) => a.from - b.from)) {
    const mark = `^${name}`;
    const row = rows.findIndex((text) => text.length + 1 <= from);
    if (row < 0) rows.push(' '.repeat(from) + mark);
    else rows[row] = rows[row].padEnd(from) + mark;
  }
  return rows;
}

/** The line with its labels, in pieces that fit the width. */
function labelledLines({ text, labels }: ExplainedLine, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += width) {
    lines.push(text.slice(at, at + width));
    const inPiece = labels.filter(({ from }) => from >= at && from < at + width);
    lines.push(...labelRows(inPiece.map((label) => ({ ...label, from: label.from - at, to: label.to - at }))));
  }
  return lines;
}

/** "gunicorn, default"; layouts of named values begin with the name of their format. */
const nameOf = ({ format, layout }: ExplainedKind): string =>
  layout.startsWith(format) ? layout : `${format}, ${layout}`;

const told: Readonly<Record<ExplainedKind['tells'], string>> = {
  requests: 'requests',
  begun: 'how requests began, no requests of their own',
  again: 'requests that other lines tell of, not counted again',
};

function stampText({ facts }: ExplainedKind): string {
  const { stampMeaning, resolutionMicros, zone, envelope, stampAssumed } = facts;
  if (stampMeaning === null) return 'no time in the line: counts and routes only, in the order of the file';
  const meaning = {
    start: 'the stamp is the start of the request',
    end: 'the stamp is the end of the request',
    'response-start': 'the stamp is the start of the response',
    arrival: 'the stamp is the arrival of the line',
  }[stampMeaning];
  const resolution = resolutionMicros >= 1000 ? `${resolutionMicros / 1_000_000} s` : `${resolutionMicros} µs`;
  const around = envelope ? `, inside ${envelope}` : '';
  return `${meaning}${stampAssumed ? ' (assumed)' : ''}, to ${resolution}, zone ${zone}${around}`;
}

const isAboutRequest = (reason: string): boolean =>
  reason !== NO_REQUEST && !reason.startsWith('a request that the server made');

function stuckText({ number: line, text, reason, best, at, expected }: StuckLine, width: number): string[] {
  // In a line about something else it is meaningless that a layout begins alike.
  const isStuck = best !== null && isAboutRequest(reason);
  const from = isStuck ? Math.max(0, Math.min(at - Math.floor(width * 0.6), text.length - width)) : 0;
  const shown = text.slice(from, from + width);
  const where = !isStuck ? [] : [`${' '.repeat(at - from)}^ ${best} stopped here, expecting ${expected}`];
  return [`line ${number(line)}: ${reason}`, ...[shown, ...where].map((row) => `  ${row}`)];
}

const indented = (text: string, width: number): string[] => wrapText(text, width, '  ').map((row) => `  ${row}`);

/** Why no request was counted. */
function noRequests({ own }: Explanation): string {
  const [spoke] = own;
  if (spoke)
    return `No line tells of a request: ${spoke.format} speaks only of itself here. "logscope formats ${spoke.format}" shows how it logs requests.`;
  return 'No line was taken for a request. A line needs a request ("GET /path"), its status, and best a time, a pid and a duration; --log-format describes one that is not found by itself, as in --log-format \'gunicorn:%(t)s %(p)s %(m)s %(U)s %(s)s %(D)s\'.';
}

/** @param width columns of the output */
export function explanationText(path: string, explanation: Explanation, width: number): string {
  const { lines, complete, kinds, own, continuation, unparsed, unrelated, stuck, assumptions } = explanation;
  const inner = Math.max(40, width - 4);
  const counted: (readonly [number, string])[] = [
    ...kinds.map((kind) => [kind.lines, `${told[kind.tells]}: ${nameOf(kind)}`] as const),
    ...own.map((entry) => [entry.lines, `lines of ${entry.format} about itself`] as const),
    [continuation, 'tracebacks and other lines that belong to the one before'],
    [unrelated, 'lines that tell of no request'],
    [unparsed - unrelated, 'lines that nothing took'],
  ];
  const out = [`${printable(path)}: ${number(lines)} lines looked at${complete ? '' : ' (the head of the file)'}`, ''];
  for (const [count, text] of counted) {
    if (count > 0) out.push(`${number(count).padStart(9)}  ${share(count, lines).padStart(6)}  ${text}`);
  }
  for (const kind of kinds) {
    out.push('', `${nameOf(kind)}: ${stampText(kind)}`);
    out.push(`  line ${number(kind.first.number)}`);
    out.push(...labelledLines(kind.first, inner).map((row) => `    ${row}`));
    for (const { what, how } of kind.missing) out.push(...indented(`no ${what.join(', no ')} in it: ${how}`, inner));
  }
  for (const { format, first } of own) {
    out.push('', `${format} about itself, line ${number(first.number)}`, `    ${first.text.slice(0, inner)}`);
  }
  if (stuck.length > 0) {
    out.push('', 'Lines that nothing took:');
    for (const line of stuck) out.push(...stuckText(line, inner - 2).map((row) => `  ${row}`));
  }
  if (assumptions.length > 0) {
    out.push('', 'Assumed:', ...assumptions.flatMap((sentence) => indented(sentence, inner)));
  }
  if (kinds.length === 0) out.push('', ...wrapText(noRequests(explanation), width));
  return `${out.map((row) => row.trimEnd()).join('\n')}\n`;
}
