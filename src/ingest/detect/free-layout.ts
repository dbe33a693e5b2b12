/** Makes a layout from lines of no known one: what their parts mean, and where each part ends. */
import type { Field } from '../../core/format.ts';
import { isLiteral, type Token, tidy } from '../compile/layout.ts';
import { fieldName } from './closest.ts';
import { FreeFields } from './free-fields.ts';
import { findRequest, type Lacking, type Slot, stampOf } from './free-slots.ts';
import { type FoundToken, resolveNumbers, withoutParts } from './open-numbers.ts';

export interface FreeForm {
  readonly tokens: readonly Token[];
  readonly assumptions: readonly string[];
}

/** Fields that end where the text behind them is found. */
const searched = new Set<Field['kind']>(['text', 'target', 'request']);

/** Whether two fields stand side by side with nothing to show where the first one ends. */
function isAmbiguous(tokens: readonly Token[]): boolean {
  const ends = new Set<Field['kind']>(['time', 'blanks', 'level', 'pid', 'status']);
  return tokens.some((token, i) => {
    const before = tokens[i - 1];
    if (i === 0 || isLiteral(token) || isLiteral(before) || ends.has(before.field.kind)) return false;
    return token.field.kind !== 'blanks' || searched.has(before.field.kind);
  });
}

/** A word ends at a blank, or at the text that follows it. A word with that character in it is read as a text. */
const wordsThatEnd = (found: readonly FoundToken[]): FoundToken[] =>
  found.map((one, i) => {
    const next = found[i + 1]?.token;
    const end = isLiteral(next) ? next.literal[0] : ' ';
    const isWord = 'field' in one.token && (one.token.field.kind === 'word' || one.token.field.kind === 'client');
    return isWord && one.values.some((value) => value.includes(end))
      ? { ...one, token: { field: { kind: 'text' } } }
      : one;
  });

/** Fields that fill no column. */
export const unsaid = new Set<Field['kind']>(['text', 'word', 'number', 'blanks', 'list']);

/** null: no request in the slots, or nothing shows where a field ends. */
export function resolveFields(slots: readonly Slot[], spannedSeconds: number, lacking: Lacking): FreeForm | null {
  const request = findRequest(slots, lacking);
  if (!request) return null;
  const fields = new FreeFields(slots, request);
  const { tokens: resolved, assumptions } = resolveNumbers(withoutParts(wordsThatEnd(fields.found)), false, {
    spannedSeconds,
    byServer: false,
    clfStamps: slots.some((slot) => slot.kind === 'field' && stampOf(slot)?.shape === 'clf'),
  });
  const tokens = tidy(resolved);
  if (isAmbiguous(tokens)) return null;
  const names = tokens.flatMap((token) =>
    isLiteral(token) || unsaid.has(token.field.kind) ? [] : [fieldName(token.field)],
  );
  return {
    tokens,
    assumptions: [
      `lines of no known layout are read by their look: ${names.join(', ')}`,
      ...(request.target === request.status ? ['the lines do not say what was asked for: requests have no route'] : []),
      ...fields.assumptions,
      ...assumptions,
    ],
  };
}
