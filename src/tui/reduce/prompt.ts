/** The line in which a filter, a moment or the name of a file is written. */
import { completeFilter, parseFilter } from '../../engine/filter.ts';
import type { PromptAction } from '../action.ts';
import { parseGoto } from '../goto.ts';
import type { View } from '../panel.ts';
import type { Prompt } from '../ui-state.ts';
import { changed, effected, type Outcome } from './outcome.ts';
import { seek } from './time.ts';

export function editPrompt(view: View, action: PromptAction): Outcome {
  const { ui, snapshot } = view;
  const { prompt } = ui;
  if (action.type === 'prompt') {
    const text = { filter: ui.filter, goto: '', export: 'logscope.json' }[action.kind];
    return changed(ui, { prompt: { kind: action.kind, text, error: null } });
  }
  if (prompt === null) return changed(ui, {});
  switch (action.type) {
    case 'prompt-text':
      return changed(ui, { prompt: { ...prompt, text: action.text, error: null } });
    case 'prompt-complete': {
      const [best] = prompt.kind === 'filter' ? completeFilter(prompt.text, snapshot, 1) : [];
      if (best === undefined) return changed(ui, {});
      return changed(ui, { prompt: { ...prompt, text: prompt.text.replace(/\S*$/, best) } });
    }
    case 'prompt-accept':
      return accepted(view, prompt);
  }
}

function accepted(view: View, prompt: Prompt): Outcome {
  const { ui } = view;
  const text = prompt.text.trim();
  switch (prompt.kind) {
    case 'export':
      return text === ''
        ? changed(ui, { prompt: null })
        : effected(ui, { type: 'export', path: text }, { prompt: null });
    case 'goto': {
      if (text === '') return changed(ui, { prompt: null });
      const micros = parseGoto(text, view.snapshot);
      if (micros === null) return changed(ui, { prompt: { ...prompt, error: 'write 13:02:10, +30s, -5m or 50%' } });
      const outcome = seek(view, micros);
      return { ...outcome, ui: { ...outcome.ui, prompt: null } };
    }
    case 'filter': {
      const { error } = parseFilter(text);
      return changed(ui, error ? { prompt: { ...prompt, error } } : { prompt: null, filter: text, selected: {} });
    }
  }
}
