/** The log itself: raw lines around the moment the screen speaks of; lines that no format took are marked. */

import { firstShown, selectedLine } from '../draw/list.ts';
import { definePanel, type View } from '../panel.ts';

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
    const first = firstShown(selected, canvas.rows, rawLines.length);
    for (let i = 0; i < Math.min(canvas.rows, rawLines.length - first); i++) {
      const line = rawLines[first + i];
      const isKnown = known.has(`${line.source}:${line.offset}`);
      canvas.put(0, i, isKnown ? ' ' : glyphs.warn, theme.warning);
      canvas.text(2, i, line.text, isKnown ? theme.text : theme.warning);
      if (view.isFocused && first + i === selected) canvas.restyle(0, i, canvas.columns, theme.selected);
    }
  },
});
