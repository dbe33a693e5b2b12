/** The line in which a filter, a time or a file name is typed. */

import { lastWord, parseFilter } from '../../engine/filter.ts';
import { completeFilter } from '../../engine/filter-completion.ts';
import type { PromptAction } from '../action.ts';
import { MOST_COMPLETIONS } from '../completions.ts';
import { OFFERED_NAME } from '../exporter.ts';
import { parseGoto } from '../goto.ts';
import type { View } from '../panel.ts';
import type { Prompt } from '../ui-state.ts';
import { changed, effected, type Outcome } from './outcome.ts';
import { seek } from './time.ts';

export function editPrompt(view: View, action: PromptAction): Outcome {
  const { ui } = view;
  const { prompt } = ui;
  if (action.type === 'prompt') {
    const text = { filter: ui.filter, goto: '', export: OFFERED_NAME }[action.kind];
    return changed(ui, { prompt: { kind: action.kind, text, error: null, completing: null } });
  }
  if (prompt === null) return changed(ui, {});
  switch (action.type) {
    case 'prompt-text':
      return changed(ui, { prompt: { ...prompt, text: action.text, error: null, completing: null } });
    case 'prompt-complete':
      return changed(ui, prompt.kind === 'filter' ? { prompt: completed(prompt, action.by, view) } : {});
    case 'prompt-accept':
      return accepted(view, prompt);
  }
}

/** A single completion is accepted, so that the next key asks for what follows it; of several, tab shows one after the other. */
function completed(prompt: Prompt, by: 1 | -1, { snapshot }: View): Prompt {
  const typed = prompt.completing?.typed ?? prompt.text;
  const choices = completeFilter(typed, snapshot, MOST_COMPLETIONS);
  if (choices.length === 0) return prompt;
  const before = prompt.completing?.at ?? (by > 0 ? -1 : 0);
  const at = (before + by + choices.length) % choices.length;
  const text = typed.slice(0, typed.length - lastWord(typed).length) + choices[at];
  return { ...prompt, text, error: null, completing: choices.length > 1 ? { typed, at } : null };
}

function accepted(view: View, prompt: Prompt): Outcome {
  const { ui } = view;
  const text = prompt.text.trim();
  switch (prompt.kind) {
    case 'export':
      return text === ''
        ? changed(ui, { prompt: null })
        : effected(
            ui,
            { type: 'export', path: text },
            { prompt: null, message: `Writing ${text}${view.glyphs.ellipsis}` },
          );
    case 'goto': {
      if (text === '') return changed(ui, { prompt: null });
      const micros = parseGoto(text, view.snapshot);
      if (micros === null)
        return changed(ui, { prompt: { ...prompt, error: 'write 13:02:10, 2026-03-01 13:02, +30s, -5m or 50%' } });
      const outcome = seek(view, micros);
      return { ...outcome, ui: { ...outcome.ui, prompt: null } };
    }
    case 'filter': {
      const { error } = parseFilter(text);
      return changed(ui, error ? { prompt: { ...prompt, error } } : { prompt: null, filter: text, selected: {} });
    }
  }
}
