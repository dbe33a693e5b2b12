/** The completions beside a filter that is being typed: as many as fit, the one that stands in the text among them. */

import { filterFields, lastWord } from '../engine/filter.ts';
import { completeFilter } from '../engine/filter-completion.ts';
import type { View } from './panel.ts';
import type { Prompt } from './ui-state.ts';

/** So many are gone through by tab. */
export const MOST_COMPLETIONS = 30;

export interface Completions {
  /** In front of them, or instead of them. */
  readonly hint: string;
  readonly before: string;
  /** The one that tab has chosen; '' none. */
  readonly chosen: string;
  readonly after: string;
}

/** What is said beside a prompt of a filter in so many cells. */
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
  // They begin so far on that the chosen one is seen.
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

/** Index behind the last that fits when they are shown from the `first` on; at least one is shown. */
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
