/** The line at the top: what is read, which server wrote it, how busy it is now, and the clock. */
import { type Estimate, HEDGED, type ServerModel, type Summary } from '../../core/summary.ts';
import { printable } from '../../core/text.ts';
import type { Canvas } from '../canvas.ts';
import { estimateText, likeliestText, shortCount, shortNumber, shortPercent } from '../numbers.ts';
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

/**
 * An uncertain model may change with every examination. Unless the number of slots is known, and the verdict names the model because of
 * them, the text says "workers" without a model.
 */
const toldModel = ({ model, model_confidence: confidence, workers, capacity }: Summary['server']): ServerModel =>
  confidence < HEDGED && workers.value !== null && capacity.value === null ? 'unknown' : model;

/**
 * "4 sync workers", "2 workers × 8 threads", "pool of 4", "server unknown"; `brief`: "2 × 8 threads". The numbers are those of the verdict
 * below; their ranges are shown separately.
 */
function serverText({ snapshot }: Pick<View, 'snapshot'>, brief = false): string {
  const { server } = snapshot.summary;
  const workers = likeliestText(server.workers);
  const noun = server.workers.value === 1 ? 'worker' : 'workers';
  const model = toldModel(server);
  if (model === 'threaded' && (server.threads.value ?? server.threads.low ?? 0) > 1) {
    if (workers === '?') return `${likeliestText(server.capacity)} threads`;
    return `${workers}${brief ? '' : ` ${noun}`} × ${likeliestText(server.threads)} threads`;
  }
  if (model === 'pool') {
    const slots = likeliestText(server.capacity);
    return slots === '?' ? 'pool of unknown size' : `pool of ${slots}`;
  }
  const name = modelNames[model];
  if (workers === '?') return name === '' ? 'server unknown' : name;
  return `${workers} ${name}${name === '' ? '' : ' '}${noun}`;
}

/** The first number with a range, in the order of the text; null: none. */
function openNumber(server: Summary['server']): Estimate | null {
  const { workers, threads, capacity } = server;
  const model = toldModel(server);
  const parts = model === 'pool' ? [capacity] : model === 'threaded' ? [threads, workers] : [workers];
  return parts.find(({ value, low, high }) => value !== null && low !== null && (high === null || low < high)) ?? null;
}

/** "(8-14; 50% sure)", "(97% sure)"; "" if nothing is known. */
function surenessText(view: View): string {
  const open = openNumber(view.snapshot.summary.server);
  const confidence = serverConfidence(view);
  const told = [open ? estimateText(open) : '', confidence > 0 ? `${shortPercent(confidence)} sure` : ''];
  const text = told.filter((part) => part !== '').join('; ');
  return text === '' ? '' : `(${text})`;
}

/** The confidence in the text about the server, 0..1. */
const serverConfidence = ({ snapshot }: View): number => {
  const { server } = snapshot.summary;
  const counted = server.model === 'pool' ? server.capacity : server.workers;
  if (counted.value === null) return counted.low !== null && counted.low <= 1 ? 0 : server.model_confidence;
  return Math.min(counted.confidence, toldModel(server) === 'unknown' ? 1 : server.model_confidence);
};

function modeBadge({ snapshot, scene, ui, theme, glyphs }: View): Piece {
  // Without times there is nothing to play or follow.
  if (scene.isTimeless) return [' NO TIMES ', theme.severity('info').badge];
  if (snapshot.mode === 'replay') {
    const looks = snapshot.playing ? theme.severity('ok').badge : theme.severity('info').badge;
    return [` ${snapshot.playing ? glyphs.play : glyphs.pause} x${speedText(snapshot.speed)} `, looks];
  }
  if (ui.frozen) return [` ${glyphs.pause} PAUSED `, theme.severity('warning').badge];
  return snapshot.live ? [' LIVE ', theme.severity('ok').badge] : [' QUIET ', theme.severity('info').badge];
}

export const speedText = (factor: number): string => String(Number(factor.toPrecision(3)));

/** Width of the pieces at the right, with two cells before each. */
const cellsOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + cellWidth(text) + 2, 0);

/** Columns from which rates are shown. */
const WITH_RATES = 60;
/** Columns from which the clock has a date. */
const WITH_DATE = 130;

/**
 * The share of failures on the screen, and the clock with the rate before it. Numbers keep their width while they change, and what comes
 * and goes is placed so that it moves nothing else.
 */
function readings({ snapshot, theme, ui, scene }: View, columns: number): { errors: Piece[]; clock: Piece[] } {
  // Without times there is no rate and no clock.
  if (scene.isTimeless) return { errors: [], clock: [] };
  const stats = scene.stats();
  const now = ui.edge ?? snapshot.now;
  const date = columns >= WITH_DATE ? `${dateText(now, snapshot.zoneMinutes)} ` : '';
  const clock: Piece = [`${date}${clockText(now, snapshot.zoneMinutes)}`, theme.barStrong];
  if (columns < WITH_RATES) return { errors: [], clock: [clock] };
  const share = shortPercent(stats.errors / Math.max(1, stats.requests)).padStart(4);
  const alarm = theme.styles.of(theme.colours.critical, theme.colours.bar, { bold: true });
  const rate = `${shortNumber(stats.perSecond).padStart(4)} req/s${ui.filter === '' ? '' : ' pass'}`;
  return { errors: stats.errors > 0 ? [[`${share} 5xx`, alarm]] : [], clock: [[rate, theme.bar], clock] };
}

/** This much of a long title has priority over a longer description of the server. */
const LEAST_TITLE = 16;

/** The longest description of the server that leaves room for the title: all of the title before the confidence is added. */
function serverPiece(view: View, room: number, title: string): Piece[] {
  if (view.snapshot.summary.requests.total === 0) return [];
  const full = serverText(view);
  const sureness = surenessText(view);
  const sure = sureness === '' ? full : `${full} ${sureness}`;
  const titleCells = cellWidth(title);
  const roomBeside = (text: string) => room - cellWidth(text) - 2;
  const text =
    roomBeside(sure) >= titleCells
      ? sure
      : roomBeside(full) >= Math.min(titleCells, LEAST_TITLE)
        ? full
        : serverText(view, true);
  return [[text, view.theme.barStrong]];
}

/** The formats of the logs; "" before anything has been examined. */
function formatsText({ snapshot }: View): string {
  const { summary, reading, total } = snapshot;
  const formats = new Set(summary.inputs.map((input) => input.format).filter((format) => format !== null));
  if (formats.size > 0) return [...formats].join(', ');
  const isUnread = summary.requests.total === 0 && (total > 0 || !reading.caughtUp);
  return isUnread ? '' : 'format unknown';
}

/**
 * Draws the title, the number of new requests while the picture is frozen, and the formats if all of them fit: a part of them would be
 * useless.
 */
function drawTitle(view: View, canvas: Canvas, from: number, room: number, title: string): void {
  const { theme, ui, unseen } = view;
  const news = ui.frozen && unseen > 0 ? `  ${shortCount(unseen)} new` : '';
  const format = formatsText(view);
  const formatText = format === '' ? '' : ` · ${format}`;
  const spare = room - cellWidth(news) - cellWidth(title);
  let x = canvas.text(from + 1, 0, title, theme.barStrong, Math.max(4, room - cellWidth(news)));
  if (spare >= cellWidth(formatText) + 2) x = canvas.text(x, 0, formatText, theme.barQuiet);
  if (news !== '') canvas.text(x, 0, news, theme.styles.of(theme.colours.warning, theme.colours.bar, { bold: true }));
}

export default definePanel({
  id: 'header',
  title: 'Header',
  place: 'fixed',
  draw(view, canvas) {
    canvas.fill(0, 0, canvas.columns, ' ', view.theme.bar);
    const badge = modeBadge(view);
    const title = printable(view.snapshot.title, 200);
    const { errors, clock } = readings(view, canvas.columns);
    const badgeEnd = canvas.text(0, 0, badge[0], badge[1]);
    const roomOfServer = canvas.columns - badgeEnd - cellsOf([...errors, ...clock]) - 2;
    const right = [...errors, ...serverPiece(view, roomOfServer, title), ...clock];
    const rightCells = cellsOf(right);
    const room = canvas.columns - badgeEnd - rightCells - 1;
    if (room > 3) drawTitle(view, canvas, badgeEnd, room, title);
    let at = canvas.columns - rightCells + 1;
    for (const [text, style] of right) {
      canvas.text(at, 0, text, style);
      at += cellWidth(text) + 2;
    }
  },
});
