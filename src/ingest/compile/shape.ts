/**
 * What follows from the tokens of a layout: which part of a line is read backwards, what each field must know, and which columns are
 * filled.
 */
import type { Field } from '../../core/format.ts';
import type { Columns } from './columns.ts';
import { type FieldContext, nextClass } from './emit.ts';
import { isLiteral, type Token } from './layout.ts';

/** Fields whose text contains no blank: their start is found by going back to the blank in front. */
const reversible = new Set<Field['kind']>([
  'duration',
  'wait',
  'lead',
  'number',
  'bytes',
  'pid',
  'status',
  'word',
  'worker',
  'thread',
  'level',
  'arrival',
]);

/** Index of the token behind which the line is read backwards; -1: the whole line is read forwards. */
export function lastText(tokens: readonly Token[]): number {
  const index = tokens.findLastIndex((token) => !isLiteral(token) && token.field.kind === 'text');
  if (index < 0) return -1;
  for (let i = index + 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (isLiteral(token)) continue;
    const before = tokens[i - 1];
    const blanksBefore = isLiteral(before) ? [...before.literal].filter((c) => c === ' ').length : 0;
    if (!reversible.has(token.field.kind) || blanksBefore !== 1) return -1;
  }
  return index;
}

/** Variable of a scanner, the column it fills, and its value if a line has none. */
export const allColumns = [
  ['T', 'time', 'NaN'],
  ['D', 'duration', 'NaN'],
  ['W', 'wait', 'NaN'],
  ['A', 'arrival', 'NaN'],
  ['WK', 'worker', '-1'],
  ['TH', 'thread', '-1'],
  ['RT', 'route', '-1'],
  ['CL', 'client', '0'],
  ['ST', 'status', '0'],
  ['BY', 'bytes', 'NaN'],
] as const;

/** What the code of the field at an index must know about its surroundings. */
export function contextOf(tokens: readonly Token[], columns: Columns, index: number): FieldContext {
  const next = tokens[index + 1];
  const after = isLiteral(next) ? next.literal : '';
  const follower = isLiteral(next) ? tokens[index + 2] : next;
  return {
    after,
    next: follower && !isLiteral(follower) ? nextClass(follower.field) : 0,
    used: columns.time === index || columns.duration.includes(index),
    firstPart: columns.duration[0] === index,
    index,
  };
}

const fieldsOf = (tokens: readonly Token[]): Field[] =>
  tokens.flatMap((token) => (isLiteral(token) ? [] : [token.field]));

/** Stamps of envelopes that are used. */
export const collectedOf = (tokens: readonly Token[]) =>
  fieldsOf(tokens).flatMap((field) => (field.kind === 'collected' && field.use !== 'ignored' ? [field] : []));

/** Whether there is time between the stamp and the start of the work. */
export const hasLead = (tokens: readonly Token[]): boolean =>
  fieldsOf(tokens).some((field) => field.kind === 'lead' || (field.kind === 'wait' && field.before === true));

/** The columns that lines of this layout fill. */
export function filledColumns(tokens: readonly Token[], columns: Columns): (typeof allColumns)[number][] {
  const kinds = new Set(fieldsOf(tokens).map(({ kind }) => kind));
  const collected = collectedOf(tokens);
  return allColumns.filter(([, column]) => {
    switch (column) {
      case 'time':
        return columns.time >= 0 || collected.length > 0;
      case 'duration':
        return columns.fields.duration;
      case 'wait':
      case 'arrival':
      case 'client':
      case 'thread':
      case 'bytes':
        return kinds.has(column);
      case 'worker':
        return kinds.has('pid') || kinds.has('worker');
      case 'status':
        return kinds.has('status') || kinds.has('status-phrase');
      case 'route':
        return kinds.has('request') || kinds.has('target');
      default:
        return false;
    }
  });
}
