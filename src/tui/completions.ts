/** The completions shown beside a filter that is being typed: as many as fit, including the selected one. */

import { filterFields, lastWord } from '../engine/filter.ts';
import { completeFilter } from '../engine/filter-completion.ts';
import type { View } from './panel.ts';
import type { Prompt } from './ui-state.ts';

/** Number of completions that tab steps through. */
export const MOST_COMPLETIONS = 30;

export interface Completions {
  /** Shown before the completions, or instead of them. */
  readonly hint: string;
  readonly before: string;
  /** The completion selected by tab; '': none. */
  readonly chosen: string;
  readonly after: string;
}

/** The completions beside a filter prompt, in `room` cells. */
export function completionsOf(
  prompt: Prompt,
  { snapshot, theme }: Pick<View, 'snapshot' | 'theme'>,
  room: number,
): Completions {
  const typed = prompt.completing?.typed ?? prompt.text;
  const choices = completeFilter(typed, snapshot, MOST_COMPLETIONS);
  const word = lastWord(prompt.text);
  const none = { before: '', chosen: '', after: '' };
  if (choices.length === 1 && choices[0] === word) return { hint: '', ...none };
  if (choices.length === 0) {
    const field = /^-?([a-z]+)[:<>]/i.exec(word)?.[1].toLowerCase() ?? '';
    return { hint: filterFields[field] ?? '', ...none };
  }
  const hint = 'tab: ';
  const more = theme.ascii ? '...' : '…';
  const at = prompt.completing?.at ?? -1;
  // Begins late enough to include the selected one.
  let first = 0;
  while (first < at && shownFrom(choices, first, room - hint.length) <= at) first++;
  const end = shownFrom(choices, first, room - hint.length);
  const joined = (from: number, to: number) => choices.slice(from, to).join('  ');
  return {
    hint: first > 0 ? `${hint}${more} ` : hint,
    before: at > first ? `${joined(first, at)}  ` : '',
    chosen: at < 0 ? '' : choices[at],
    after: `${at < 0 ? joined(first, end) : at + 1 < end ? `  ${joined(at + 1, end)}` : ''}${end < choices.length ? ` ${more}` : ''}`,
  };
}

/** Index after the last completion that fits if they are shown from `first` on; at least one is shown. */
function shownFrom(choices: readonly string[], first: number, room: number): number {
  let cells = first > 0 ? 2 : 0;
  let end = first;
  while (end < choices.length) {
    cells += choices[end].length + 2;
    if (end > first && cells + (end + 1 < choices.length ? 2 : 0) > room) break;
    end++;
  }
  return end;
}
