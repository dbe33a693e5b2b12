/** The line at the top: what is read, which server that is, how busy it is now, and the clock. */
import { printable } from '../../core/text.ts';
import { estimateText, shortCount, shortNumber, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { clockText, dateText } from '../time-axis.ts';
import { cellWidth } from '../width.ts';

type Piece = readonly [text: string, style: StyleId];

const modelNames: Readonly<Record<string, string>> = {
  sync: 'sync',
  threaded: 'threaded',
  async: 'async',
  'thread-per-request': 'thread per request',
  pool: 'pool',
  unknown: '',
};

/** "4 sync workers", "2 workers × 8 threads", "16 slots", "server unknown". */
export function serverText({ snapshot }: Pick<View, 'snapshot'>): string {
  const { server } = snapshot.summary;
  const workers = estimateText(server.workers);
  const noun = server.workers.value === 1 ? 'worker' : 'workers';
  if (server.model === 'threaded' && server.threads.value !== null) {
    return workers === '?'
      ? `${estimateText(server.capacity)} threads`
      : `${workers} ${noun} × ${estimateText(server.threads)} threads`;
  }
  if (server.model === 'pool') return `pool of ${estimateText(server.capacity)}`;
  const model = modelNames[server.model];
  if (workers === '?') return model === '' ? 'server unknown' : model;
  return `${workers} ${model}${model === '' ? '' : ' '}${noun}`;
}

/** The confidence behind that text. */
const serverConfidence = ({ snapshot }: View): number => {
  const { server } = snapshot.summary;
  return server.workers.value === null
    ? server.model_confidence
    : Math.min(server.workers.confidence, server.model === 'unknown' ? 1 : server.model_confidence);
};

function modeBadge({ snapshot, scene, ui, theme, glyphs }: View): Piece {
  // There is nothing to play, or to follow.
  if (scene.isTimeless) return [' NO TIMES ', theme.severity('info').badge];
  if (snapshot.mode === 'replay') {
    const looks = snapshot.playing ? theme.severity('ok').badge : theme.severity('info').badge;
    return [` ${snapshot.playing ? glyphs.play : glyphs.pause} x${speedText(snapshot.speed)} `, looks];
  }
  if (ui.frozen) return [` ${glyphs.pause} PAUSED `, theme.severity('warning').badge];
  return snapshot.live ? [' LIVE ', theme.severity('ok').badge] : [' QUIET ', theme.severity('info').badge];
}

export const speedText = (factor: number): string => String(Number(factor.toPrecision(3)));

export default definePanel({
  id: 'header',
  title: 'Header',
  place: 'fixed',
  draw(view, canvas) {
    const { snapshot, theme, ui, unseen, scene } = view;
    const { summary } = snapshot;
    canvas.fill(0, 0, canvas.columns, ' ', theme.bar);
    const badge = modeBadge(view);
    const title = printable(snapshot.title, 200);
    const stats = scene.stats();
    const now = ui.edge ?? snapshot.now;
    const date = canvas.columns >= 130 ? `${dateText(now, snapshot.zoneMinutes)} ` : '';
    // Numbers keep their cells while they change, and what comes and goes stands where it moves nothing else.
    const right: Piece[] = [];
    if (canvas.columns >= 60 && stats.errors > 0) {
      const share = shortPercent(stats.errors / Math.max(1, stats.requests)).padStart(4);
      right.push([`${share} 5xx`, theme.styles.of(theme.colours.critical, theme.colours.bar, { bold: true })]);
    }
    const isKnown = summary.requests.total > 0;
    const server = right.length;
    if (isKnown) right.push([serverText(view), theme.barStrong]);
    if (canvas.columns >= 60)
      right.push([`${shortNumber(stats.perSecond).padStart(4)} req/s${ui.filter === '' ? '' : ' pass'}`, theme.bar]);
    right.push([`${date}${clockText(now, snapshot.zoneMinutes)}`, theme.barStrong]);
    const cellsOf = (pieces: readonly Piece[]) => pieces.reduce((sum, [text]) => sum + cellWidth(text) + 2, 0);
    // The name of the log goes before how sure that is.
    const confidence = serverConfidence(view);
    const sure = isKnown && confidence > 0 ? ` (${shortPercent(confidence)} sure)` : '';
    if (cellsOf(right) + cellWidth(badge[0]) + cellWidth(title) + cellWidth(sure) + 2 <= canvas.columns && sure !== '')
      right[server] = [`${right[server][0]}${sure}`, right[server][1]];

    let x = canvas.text(0, 0, badge[0], badge[1]);
    const rightCells = cellsOf(right);
    const room = canvas.columns - x - rightCells - 1;
    const formats = [...new Set(summary.inputs.map((input) => input.format).filter((format) => format !== null))];
    // While nobody has looked at the requests, nothing is said of their format.
    const isUnread = summary.requests.total === 0 && (snapshot.total > 0 || !snapshot.reading.caughtUp);
    const format = formats.length > 0 ? formats.join(', ') : isUnread ? '' : 'format unknown';
    const news = ui.frozen && unseen > 0 ? `  ${shortCount(unseen)} new` : '';
    if (room > 3) {
      const formatText = format === '' ? '' : ` · ${format}`;
      // The format where there is room for all of it: a part of it says nothing.
      const spare = room - cellWidth(news) - cellWidth(title);
      x = canvas.text(x + 1, 0, title, theme.barStrong, Math.max(4, room - cellWidth(news)));
      if (spare >= cellWidth(formatText) + 2) x = canvas.text(x, 0, formatText, theme.barQuiet);
      if (news !== '')
        canvas.text(x, 0, news, theme.styles.of(theme.colours.warning, theme.colours.bar, { bold: true }));
    }
    let at = canvas.columns - rightCells + 1;
    for (const [text, style] of right) {
      canvas.text(at, 0, text, style);
      at += cellWidth(text) + 2;
    }
  },
});
