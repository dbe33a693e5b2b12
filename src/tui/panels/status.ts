/** The status line: what happens to the input, how much history is held, which lines were not understood, the filter. */
import { lostLines } from '../../core/lost-lines.ts';
import { barWords } from '../bar-at-cursor.ts';
import { byteText, shortCount, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import { isHeight } from '../scene/plan-lanes.ts';
import type { StyleId } from '../style.ts';
import { clockText } from '../time-axis.ts';
import { cellWidth } from '../width.ts';
import { knowsWaits } from './queue.ts';

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

type Piece = readonly [text: string, style: StyleId];

/** µs without an answer after which the silence is mentioned. */
const SILENCE = 10_000_000;

/** Nothing comes any more. The log does not show whether nobody asks, nobody is answered, or nobody writes. */
const silenceText = ({ snapshot: { live, now, to, zoneMinutes } }: View): string =>
  live && Number.isFinite(to) && now - to >= SILENCE ? `no line since ${clockText(to, zoneMinutes)}` : '';

/** Events of the input, and what part of the log is looked at; first, because there may be no room for the rest. */
function newsPieces(view: View): Piece[] {
  const { snapshot, theme, ui } = view;
  return [
    [ui.message, theme.accent],
    [snapshot.status, theme.warning],
    [snapshot.skippingIdle ? 'skips idle stretches' : '', theme.accent],
    [ui.filter === '' ? '' : `filter ${ui.filter} (esc clears)`, theme.accent],
    [ui.cursor === null ? '' : `cursor ${clockText(ui.cursor, snapshot.zoneMinutes, true)}`, theme.accent],
    [barWords(view), theme.text],
    [ui.edge === null ? '' : 'looking back (end returns)', theme.warning],
    [silenceText(view), theme.warning],
  ];
}

const counted = (count: number, noun: string): string => `${shortCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** How much is held, and how much of it is shown. */
function countPieces(view: View): Piece[] {
  const { snapshot, theme, scene } = view;
  const unparsed = snapshot.summary.inputs.reduce((sum, input) => sum + lostLines(input), 0);
  return [
    [historyText(view), theme.quiet],
    [unparsed === 0 ? '' : `${counted(unparsed, 'line')} not understood`, theme.warning],
    [counted(snapshot.total, 'request'), theme.quiet],
    [scene.filter ? passText(view) : '', theme.quiet],
  ];
}

function passText({ scene }: View): string {
  const { requests, inScope } = scene.stats();
  return `${shortCount(requests)} of ${shortCount(inScope)} here pass`;
}

/** Explains a panel that has no words of its own; the longest version first. */
function panelWords({ ui, snapshot }: View): string[] {
  if (ui.tab !== 'heat-map' || ui.request || snapshot.total === 0) return [];
  return [
    'heat map: upwards how long requests took, in colour how many',
    'upwards: how long they took; colour: how many',
  ];
}

/** Explains the screen to a new user until a key is pressed; the longest version first. */
function firstWords({ snapshot, scene, ui }: View): string[] {
  const [track] = scene.tracks().list;
  if (!ui.isUntouched || scene.isTimeless || !track || snapshot.total === 0) return [];
  // Without process ids there is a single lane for all requests.
  const isWorker = track.lives.length > 0;
  const row = isWorker ? 'a row is a worker, ' : 'the lane is ';
  if (isHeight({ snapshot, ui, scene }, track)) return [`${row}as high as it runs requests at once`];
  if (!isWorker) return [];
  const filled = `${row}filled while it is busy`;
  return knowsWaits(snapshot) ? [`${filled}; queue: callers who wait for one`, filled] : [filled];
}

export default definePanel({
  id: 'status',
  title: 'Status',
  place: 'fixed',
  draw(view, canvas) {
    let x = 0;
    for (const [text, style] of [...newsPieces(view), ...countPieces(view)]) {
      if (text === '') continue;
      const room = canvas.columns - x - 1;
      if (room < 6 || (x > 0 && cellWidth(text) + 3 > room)) break;
      x = x > 0 ? canvas.text(x, 0, ' · ', view.theme.line) : 1;
      x = canvas.text(x, 0, text, style);
    }
    const words = [...panelWords(view), ...firstWords(view)].find((one) => cellWidth(one) + 4 <= canvas.columns - x);
    if (words) canvas.textRight(canvas.columns - 1, 0, words, view.theme.text);
  },
});
