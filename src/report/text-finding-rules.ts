/** The text of `logscope findings`: the list, or one finding explained. */
import type { FindingRule } from '../core/finding.ts';
import { cutTo, wrapText } from './columns.ts';
import type { Paint } from './style.ts';

export function listFindingRules(rules: readonly FindingRule[], width: number, paint: Paint): string {
  const room = Math.max(...rules.map(({ id }) => id.length)) + 2;
  const rows = rules.map(({ id, title }) => `${paint('title', id.padEnd(room))}${cutTo(title, width - room)}`);
  return `${[...rows, '', 'logscope findings ID explains one.'].join('\n')}\n`;
}

/** A line that ends a sentence or a clause keeps its line break; other lines are joined. */
function block(text: string, width: number): string[] {
  const paragraphs: string[] = [];
  for (const line of text.split('\n')) {
    const last = paragraphs.at(-1);
    if (last === undefined || /[.;:]$/.test(last)) paragraphs.push(line);
    else paragraphs[paragraphs.length - 1] = `${last} ${line}`;
  }
  return paragraphs.flatMap((paragraph) => wrapText(paragraph, width - 2)).map((line) => `  ${line}`);
}

export function explainFindingRule(rule: FindingRule, width: number, paint: Paint): string {
  const { id, title, needs, silences, explain, fires } = rule;
  const rows = [paint('title', `${id}: ${title}`), ''];
  rows.push(`${paint('dim', 'Needs')}    ${needs.length > 0 ? needs.join(', ') : 'nothing but lines'}`);
  if (silences && silences.length > 0)
    rows.push(`${paint('dim', 'Explains')} ${silences.join(', ')} (they fall silent when it speaks)`);
  if (fires.length > 0) rows.push(`${paint('dim', 'Seen in')}  ${fires.map(placeOf).join('\n         ')}`);
  rows.push('', paint('title', 'Test'), ...block(explain.test, width));
  rows.push('', paint('title', 'Guards against false alarms'), ...block(explain.guards, width));
  rows.push('', paint('title', 'How to mend it'));
  const room = Math.max(...Object.keys(explain.fix).map((server) => server.length)) + 2;
  for (const [server, fix] of Object.entries(explain.fix)) {
    const [first, ...rest] = wrapText(fix, width - room - 2);
    rows.push(`  ${paint('info', server.padEnd(room))}${first}`, ...rest.map((line) => `  ${' '.repeat(room)}${line}`));
  }
  return `${rows.join('\n')}\n`;
}

/** Recordings of faults are in the folder of the tests. */
const placeOf = (name: string): string => (name.startsWith('faults/') ? `test/${name}` : `sample-logs/${name}`);
