/** The log itself: raw lines around the moment the screen speaks of; lines that no format took are marked. */

import { printable } from '../../core/text.ts';
import { firstShown, selectedLine } from '../draw/list.ts';
import { definePanel, type View } from '../panel.ts';
import { cut } from '../width.ts';

/** Rows of the chosen line at most. */
const MOST_ROWS = 4;

/** Offsets of the lines that became requests or events, per input: the others were not understood or continue one. */
function understood({ snapshot, rawLines }: View): Set<string> {
  const { requests, lifecycle } = snapshot;
  const known = new Set<string>();
  if (rawLines.length === 0) return known;
  const wanted = new Set(rawLines.map(({ source, offset }) => `${source}:${offset}`));
  for (let row = 0; row < requests.length; row++) {
    const key = `${requests.source[row]}:${requests.offset[row]}`;
    if (wanted.has(key)) known.add(key);
  }
  for (const event of lifecycle) known.add(`${event.source}:${event.offset}`);
  return known;
}

export default definePanel({
  id: 'log',
  title: 'Log',
  place: 'tab',
  count: ({ rawLines }) => rawLines.length,
  open(view, line) {
    const raw = view.rawLines[line];
    if (!raw) return null;
    const { requests } = view.snapshot;
    for (let row = requests.length - 1; row >= 0; row--) {
      if (requests.offset[row] === raw.offset && requests.source[row] === raw.source) {
        return { type: 'request', source: raw.source, offset: raw.offset };
      }
    }
    return { type: 'message', text: 'This line is no request' };
  },
  draw(view, canvas) {
    const { theme, rawLines, glyphs } = view;
    if (rawLines.length === 0) {
      canvas.text(1, 0, 'No lines yet.', theme.quiet);
      return;
    }
    const known = understood(view);
    const selected =
      view.ui.selected.log === undefined ? rawLines.length - 1 : selectedLine(view, 'log', rawLines.length);
    // The end of a line says the most (duration, pid): the chosen one is shown in full, over a few rows.
    const whole = cut(printable(rawLines[selected].text, 4000), canvas.columns - 3).slice(0, MOST_ROWS);
    const extra = Math.max(0, Math.min(whole.length, canvas.rows) - 1);
    const first = firstShown(selected, canvas.rows - extra, rawLines.length);
    for (let i = first, y = 0; i < rawLines.length && y < canvas.rows; i++) {
      const line = rawLines[i];
      const isKnown = known.has(`${line.source}:${line.offset}`);
      const look = isKnown ? theme.text : theme.warning;
      canvas.put(0, y, isKnown ? ' ' : glyphs.warn, theme.warning);
      const rows = i === selected ? whole : [line.text];
      for (const text of rows) {
        canvas.text(2, y, text, look);
        if (view.isFocused && i === selected) canvas.restyle(0, y, canvas.columns, theme.selected);
        y++;
      }
      if (rows.length === 0) y++;
    }
  },
});
