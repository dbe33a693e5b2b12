/** For a line that no layout takes: the layout that gets farthest in it, where it stops, and what it expects there. */
import type { Field, LogFormat } from '../../core/format.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import type { Sample, Trials } from './sample.ts';

export interface Closest {
  /** "gunicorn, default" */
  readonly name: string;
  /** Byte of the line at which it stops. */
  readonly at: number;
  readonly expected: string | null;
}

export const fieldName = (field: Field): string => {
  switch (field.kind) {
    case 'time':
      return field.means === 'written' ? 'time written' : `time (${field.means})`;
    case 'duration':
      return field.unit === 'by-value' ? 'duration' : `duration (${field.unit})`;
    case 'wait':
      return `wait (${field.unit})`;
    case 'lead':
      return 'before the work';
    case 'until':
      return 'time (end)';
    case 'target':
      return 'path';
    case 'status-phrase':
      return 'status';
    case 'level-prefix':
      return 'level';
    case 'blanks':
      return 'blanks';
    default:
      return field.kind;
  }
};

const vague = new Set<Field['kind']>([
  'client',
  'word',
  'text',
  'level',
  'level-prefix',
  'blanks',
  'worker',
  'thread',
  'method',
]);
/** Longer than any line that is looked at. */
const MAX_LINE = 1 << 21;

const describe = (token: Token | undefined): string =>
  token === undefined ? 'the end of the line' : isLiteral(token) ? `"${token.literal}"` : `a ${fieldName(token.field)}`;

/** @param own layouts that were made for this input, besides those of the formats */
export function closest(
  sample: Sample,
  formats: readonly LogFormat[],
  own: readonly Pick<Candidate, 'format' | 'layout' | 'recipe'>[],
  trials: Trials,
): Closest | null {
  const { start } = sample.lines[0];
  let best: Closest | null = null;
  let bestScore = 0;
  for (const { format, layout, recipe } of [...own, ...candidatesOf(formats)]) {
    if (!('tokens' in recipe) || trials.spans(recipe, sample, start)) continue;
    const { stop, spans } = trials.runtime.state;
    const at = stop - start;
    // A word or a client may be anything: a layout only counts as having got somewhere if it read a stamp, a request or a number.
    const telling = spans.filter(({ token }) => {
      const found = recipe.tokens[token];
      return !isLiteral(found) && !vague.has(found.field.kind);
    }).length;
    const isOwn = spans.length > 0 && own.some((one) => one.recipe === recipe);
    const score = telling === 0 && !isOwn ? 0 : (telling + (isOwn ? 1 : 0)) * MAX_LINE + at;
    if (score <= bestScore) continue;
    bestScore = score;
    // What was expected is the token after the last field that was read, or after the literal that follows it if that was found, too.
    const read = Math.max(...spans.map(({ token }) => token));
    const next = recipe.tokens[read + 1];
    const passed = isLiteral(next) && spans[spans.length - 1].to + next.literal.length <= stop;
    best = { name: `${format.id}, ${layout}`, at, expected: describe(recipe.tokens[read + (passed ? 2 : 1)]) };
  }
  return best;
}
