/** One request in full: every field, the wait and how it is known, and the raw line. */

import { printable } from '../../core/text.ts';
import type { Canvas } from '../canvas.ts';
import { byteText, shortDuration } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { clockText, dateText } from '../time-axis.ts';
import { waitNote, waitText } from '../wait-text.ts';
import { cut } from '../width.ts';

/** Row of the open request in the table; -1 if it is no longer held. */
function openRow({ snapshot, ui }: Pick<View, 'snapshot' | 'ui'>): number {
  const { request } = ui;
  if (!request) return -1;
  const { offset, source, length } = snapshot.requests;
  for (let row = length - 1; row >= 0; row--)
    if (offset[row] === request.offset && source[row] === request.source) return row;
  return -1;
}

/** Everything that is known about a row: name, value, and how it is known. */
function fieldsOf(
  { snapshot }: Pick<View, 'snapshot'>,
  row: number,
  withDate: boolean,
): [name: string, value: string, note: string][] {
  const { requests, placement, inference, names, zoneMinutes, sources } = snapshot;
  const known = (value: number, text: string) => (Number.isFinite(value) ? text : 'not in the log');
  const logged = Number.isFinite(requests.duration[row]);
  const slack = placement.uncertainty[row] > 0 ? ` ± ${shortDuration(placement.uncertainty[row])}` : '';
  const instant = (micros: number) =>
    `${withDate ? `${dateText(micros, zoneMinutes)} ` : ''}${clockText(micros, zoneMinutes, true)}${slack}`;
  const start = placement.start[row];
  const end = placement.end[row];
  const wait = placement.wait[row];
  return [
    ['route', names.routes.text(requests.route[row]), ''],
    ['status', requests.status[row] > 0 ? String(requests.status[row]) : 'not in the log', ''],
    [
      'worker',
      requests.worker[row] >= 0 ? names.workers.text(requests.worker[row]) : 'not in the log',
      requests.thread[row] >= 0 ? `thread ${names.threads.text(requests.thread[row])}` : '',
    ],
    ['wait', known(wait, waitText(inference.wait, wait)), waitNote(inference.wait, wait)],
    ['start', known(start, instant(start)), logged ? '' : Number.isFinite(start) ? 'inferred' : ''],
    ['end', known(end, instant(end)), ''],
    [
      'service',
      known(end - start, shortDuration(end - start)),
      logged ? 'logged' : Number.isFinite(end - start) ? 'inferred' : '',
    ],
    ['response', known(requests.bytes[row], byteText(requests.bytes[row])), ''],
    ['line', `byte ${requests.offset[row]}`, sources.length > 1 ? (sources[requests.source[row]] ?? '') : ''],
  ];
}

/** Columns from which the fields are in two columns. */
const TWO_COLUMNS = 70;

/** Rows for all fields and a raw line of ordinary length. */
export const requestRows = (columns: number): number => (columns >= TWO_COLUMNS ? 8 : 13);

export default definePanel({
  id: 'request',
  title: 'Request',
  place: 'fixed',
  draw(view, canvas) {
    const { theme, rawLines, ui } = view;
    const row = openRow(view);
    if (row < 0) {
      canvas.text(1, 0, 'This request is no longer held in memory (esc goes back).', theme.quiet);
      return;
    }
    const fields = fieldsOf(view, row, canvas.columns >= 100 || canvas.columns < TWO_COLUMNS);
    // Two columns if there is room, so that the raw line fits on a small screen.
    const perColumn = canvas.columns >= TWO_COLUMNS ? Math.ceil(fields.length / 2) : fields.length;
    const half = canvas.columns >= TWO_COLUMNS ? Math.floor(canvas.columns / 2) : canvas.columns;
    fields.forEach((field, i) => {
      drawField(canvas, 1 + Math.floor(i / perColumn) * half, i % perColumn, field, half - 2, theme.quiet, theme.text);
    });
    const raw = rawLines.find((line) => line.offset === ui.request?.offset && line.source === ui.request.source);
    const text = raw ? printable(raw.text, 4000) : 'reading the line…';
    cut(text, canvas.columns - 2).forEach((line, i) => {
      canvas.text(1, perColumn + 1 + i, line, raw ? theme.strong : theme.quiet);
    });
  },
});

function drawField(
  canvas: Canvas,
  x: number,
  y: number,
  [name, value, note]: [string, string, string],
  room: number,
  quiet: StyleId,
  text: StyleId,
): void {
  canvas.text(x, y, name, quiet, 9);
  const after = canvas.text(x + 10, y, value, text, room - 10);
  // A note that is cut is worse than none, except that the beginning of a path is useful.
  const free = x + room - after - 1;
  if (note !== '' && (note.length <= free || (note.includes('/') && free > 8)))
    canvas.text(after + 1, y, note, quiet, free);
}
