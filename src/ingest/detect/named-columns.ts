/** The layout that a "#Fields:" line of a log in W3C format declares. */
import type { LogFormat } from '../../core/format.ts';
import { parseLayout } from '../compile/layout.ts';
import type { HeldLines } from '../held-lines.ts';
import { type Candidate, marksOf } from './candidates.ts';

const header = /^#Fields:\s*(?=[a-z])(.*?)\s*$/;

const HASH = 35;

/** One layout for each header among the held lines, with the delimiter of the first line that follows it. */
export function namedColumns(held: HeldLines, formats: readonly LogFormat[]): Candidate[] {
  const format = formats.find(({ id }) => id === 'w3c');
  const inner = held.lines.map(({ variants }) => variants[variants.length - 1]);
  if (!format || !inner.some(({ start }) => held.b[start] === HASH)) return [];
  const texts = inner.map((variant) => held.text(variant));
  return texts.flatMap((text, i): Candidate[] => {
    const names = header.exec(text)?.[1].split(/\s+/);
    const line = names && texts.slice(i + 1).find((one) => !one.startsWith('#'));
    if (!names || !line) return [];
    const delimiter = line.includes('\t') ? '\t' : ' ';
    // Counted from the end, as date and time may be one column.
    const taken = line.split(delimiter).at(names.indexOf('time-taken') - names.length) ?? '';
    const directives = names.map((name) => (name === 'time-taken' && taken.includes('.') ? `${name}(s)` : name));
    const recipe = {
      tokens: parseLayout(format.language, directives.join(delimiter).replace('date\ttime', 'date time')),
    };
    return [{ format, layout: 'named by #Fields', recipe, open: false, marks: marksOf(recipe) }];
  });
}
