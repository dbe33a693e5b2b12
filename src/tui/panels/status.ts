/** The status line: what happens to the input, how much history is held, what was not understood, the filter. */
import { byteText, shortCount, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { clockText } from '../time-axis.ts';
import { cellWidth } from '../width.ts';

function historyText({ snapshot }: View): string {
  const { reading, mode, from, zoneMinutes } = snapshot;
  const since = Number.isFinite(from) ? `since ${clockText(from, zoneMinutes)}` : '';
  if (!reading.caughtUp && Number.isFinite(reading.total)) {
    return `reading ${shortPercent(reading.bytes / Math.max(1, reading.total))} of ${byteText(reading.total)}`;
  }
  if (mode === 'tail' && reading.skipped > 0)
    return `history ${since} (${byteText(reading.skipped)} before that not read)`;
  return since === '' ? '' : `history ${since}`;
}

export default definePanel({
  id: 'status',
  title: 'Status',
  place: 'fixed',
  draw(view, canvas) {
    const { snapshot, theme, ui, scene } = view;
    const pieces: [text: string, style: StyleId][] = [];
    if (ui.message !== '') pieces.push([ui.message, theme.accent]);
    if (snapshot.status !== '') pieces.push([snapshot.status, theme.warning]);
    if (snapshot.skippingIdle) pieces.push(['skips idle stretches', theme.accent]);
    if (ui.filter !== '') pieces.push([`filter ${ui.filter} (esc clears)`, theme.accent]);
    if (ui.cursor !== null) pieces.push([`cursor ${clockText(ui.cursor, snapshot.zoneMinutes, true)}`, theme.accent]);
    if (ui.edge !== null) pieces.push(['looking back (end returns)', theme.warning]);
    pieces.push([historyText(view), theme.quiet]);
    const unparsed = snapshot.summary.inputs.reduce((sum, input) => sum + input.unparsed, 0);
    if (unparsed > 0)
      pieces.push([`${shortCount(unparsed)} ${unparsed === 1 ? 'line' : 'lines'} not understood`, theme.warning]);
    pieces.push([`${shortCount(snapshot.total)} ${snapshot.total === 1 ? 'request' : 'requests'}`, theme.quiet]);
    if (scene.filter) {
      const { requests, inScope } = scene.stats();
      pieces.push([`${shortCount(requests)} of ${shortCount(inScope)} here pass`, theme.quiet]);
    }
    let x = 0;
    for (const [text, style] of pieces) {
      if (text === '') continue;
      const room = canvas.columns - x - 1;
      if (room < 6 || (x > 0 && cellWidth(text) + 3 > room)) break;
      if (x > 0) x = canvas.text(x, 0, ' · ', theme.line);
      else x = 1;
      x = canvas.text(x, 0, text, style);
    }
  },
});
