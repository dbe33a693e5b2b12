/** The log itself: raw lines around the moment the screen speaks of; lines that no format took are marked. */

import { printable } from '../../core/text.ts';
import { firstShown, selectedLine } from '../draw/list.ts';
import { definePanel, type View } from '../panel.ts';
import { cut } from '../width.ts';

/** Rows of the chosen line at most. */
const MOST_ROWS = 4;

/** Status of the lines that became requests (0: an event, or unknown), per input and offset: other lines were not understood or continue one. */
function understood({ snapshot, rawLines }: View): Map<string, number> {
  const { requests, lifecycle } = snapshot;
  const known = new Map<string, number>();
  if (rawLines.length === 0) return known;
  const wanted = new Set(rawLines.map(({ source, offset }) => `${source}:${offset}`));
  for (let row = 0; row < requests.length; row++) {
    const key = `${requests.source[row]}:${requests.offset[row]}`;
    if (wanted.has(key)) known.set(key, requests.status[row]);
  }
  for (const event of lifecycle) known.set(`${event.source}:${event.offset}`, 0);
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
      const status = known.get(`${line.source}:${line.offset}`);
      const isKnown = status !== undefined;
      const look =
        !isKnown || (status >= 400 && status < 500) ? theme.warning : status >= 500 ? theme.critical : theme.text;
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
