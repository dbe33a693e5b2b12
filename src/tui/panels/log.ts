/** The log itself: raw lines around the current moment; lines that no format understood are marked. */

import { printable } from '../../core/text.ts';
import type { RawLine } from '../../engine/engine.ts';
import { firstOfList, selectedLine } from '../draw/list.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { cut } from '../width.ts';

/** The selected line is shown over at most this many rows. */
const MOST_ROWS = 4;

/** Row of the request of a line; EVENT for a lifecycle line; undefined: the line was not understood, or continues another. */
type RowOf = (line: RawLine) => number | undefined;
const EVENT = -1;

function understood({ snapshot, rawLines }: View): RowOf {
  const { requests, lifecycle } = snapshot;
  /** By input: offsets of the lines that are shown. */
  const wanted: Map<number, number | undefined>[] = [];
  for (const { source, offset } of rawLines) (wanted[source] ??= new Map()).set(offset, undefined);
  for (let row = 0; row < requests.length; row++) {
    const lines = wanted[requests.source[row]];
    if (lines?.has(requests.offset[row])) lines.set(requests.offset[row], row);
  }
  for (const event of lifecycle) {
    const lines = wanted[event.source];
    if (lines?.has(event.offset)) lines.set(event.offset, EVENT);
  }
  return ({ source, offset }) => wanted[source]?.get(offset);
}

/** The style of a line by the row of its request; requests that do not pass the filter are dimmed, as on the lanes. */
function looksOf({ snapshot, scene, theme }: View): (row: number | undefined) => StyleId {
  const passes = scene.filter?.over(snapshot) ?? null;
  return (row) => {
    if (row === undefined) return theme.warning;
    if (row === EVENT) return theme.text;
    if (passes && !passes(row)) return theme.quiet;
    const status = snapshot.requests.status[row];
    if (status >= 500) return theme.critical;
    return status >= 400 ? theme.warning : theme.text;
  };
}

/** The selected line, its rows on the screen, and the first line shown. */
function arranged(view: View, { columns, rows }: { readonly columns: number; readonly rows: number }) {
  const { rawLines } = view;
  const selected = selectedLine(view, 'log', rawLines.length);
  // The end of a line matters most (duration, pid), so the selected line is shown in full over a few rows.
  const whole = cut(printable(rawLines[selected].text, 4000), columns - 3).slice(0, MOST_ROWS);
  const extra = Math.max(0, Math.min(whole.length, rows) - 1);
  return { selected, whole, first: firstOfList(view, 'log', rows - extra, rawLines.length) };
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
  lineAt(view, size, y) {
    const { selected, whole, first } = arranged(view, size);
    const line = first + y;
    return line <= selected ? line : Math.max(selected, line - Math.max(0, whole.length - 1));
  },
  draw(view, canvas) {
    const { theme, rawLines, glyphs } = view;
    if (rawLines.length === 0) {
      canvas.text(1, 0, 'No lines yet.', theme.quiet);
      return;
    }
    const rowOf = understood(view);
    const lookOf = looksOf(view);
    const { selected, whole, first } = arranged(view, canvas);
    for (let i = first, y = 0; i < rawLines.length && y < canvas.rows; i++) {
      const line = rawLines[i];
      const row = rowOf(line);
      const look = lookOf(row);
      canvas.put(0, y, row === undefined ? glyphs.warn : ' ', theme.warning);
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
