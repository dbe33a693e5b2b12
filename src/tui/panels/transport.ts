/** The transport bar of a replay: the rate over the whole log, the findings as marks, the time range on the screen and the position. */
import type { Snapshot } from '../../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import type { Canvas } from '../canvas.ts';
import { definePanel, type View } from '../panel.ts';
import { shownFindings, timedFindings } from '../shown-findings.ts';
import { clockText, dayText } from '../time-axis.ts';
import { speedText } from './header.ts';

/** Shares of failed answers from which a cell is coloured, as in the finding about server errors. */
const MANY_ERRORS = 0.05;
const MOSTLY_ERRORS = 0.25;

function drawRate(view: View, canvas: Canvas, from: number, to: number): void {
  const { snapshot, theme, glyphs } = view;
  const { overview } = snapshot;
  const { columns } = canvas;
  const counts = new Float64Array(columns);
  const errors = new Float64Array(columns);
  const perColumn = (to - from) / columns;
  for (let column = 0; overview && column < columns; column++) {
    // All steps that begin in the column, or the one that covers it if steps are longer than columns.
    const first = Math.floor((from + column * perColumn - overview.from) / overview.stepMicros);
    const last = Math.floor((from + (column + 1) * perColumn - overview.from) / overview.stepMicros);
    for (let step = Math.max(0, first); step < Math.max(first + 1, last) && step < overview.requests.length; step++) {
      counts[column] += overview.requests[step];
      errors[column] += overview.errors[step];
    }
  }
  let most = 0;
  for (const count of counts) if (count > most) most = count;
  const { colours, styles } = theme;
  const played = ((snapshot.now - from) / (to - from)) * columns;
  for (let column = 0; column < columns; column++) {
    const eighths = most > 0 && counts[column] > 0 ? Math.max(1, Math.round((counts[column] / most) * 8)) : 0;
    // A single error among thousands does not make a cell red.
    const failed = errors[column] / counts[column];
    const calm = column < played ? colours.rate : colours.quiet;
    const look = failed >= MOSTLY_ERRORS ? colours.serverError : failed >= MANY_ERRORS ? colours.warning : calm;
    canvas.put(column, 0, glyphs.lower[eighths], styles.of(look, colours.track));
  }
}

/** The bar, and the times at its ends; `width` is 0 if there is no room for it. */
export function transportBar({ from, to, zoneMinutes }: Snapshot, columns: number) {
  const edge = (micros: number) => `${dayText(micros, from, to, zoneMinutes)}${clockText(micros, zoneMinutes)}`;
  const start = `${edge(from)} `;
  const end = ` ${edge(to)}`;
  return { start, end, left: start.length, width: Math.max(0, columns - start.length - end.length) };
}

export default definePanel({
  id: 'transport',
  title: 'Transport',
  place: 'fixed',
  draw(view, canvas) {
    const { snapshot, theme, glyphs, scene, ui } = view;
    const { from, to, now } = snapshot;
    if (!(to > from) || canvas.rows === 0) return;
    const { start, end, left, width } = transportBar(snapshot, canvas.columns);
    if (width < 10) return;
    canvas.text(0, 0, start, theme.quiet);
    canvas.text(left + width, 0, end, theme.quiet);
    const bar = canvas.region(left, 0, width, 1);
    const columnAt = (micros: number) =>
      Math.max(0, Math.min(width - 1, Math.floor(((micros - from) / (to - from)) * width)));
    drawRate(view, bar, from, to);
    const position = columnAt(now);
    bar.put(position, 0, theme.mono ? glyphs.cursor : glyphs.vertical, theme.severity('info').badge);

    if (canvas.rows < 2) return;
    const marks = canvas.region(left, 1, width, 1);
    marks.fill(0, 0, width, glyphs.horizontal, theme.line);
    const first = columnAt(Math.max(from, scene.axis.from));
    for (let column = first; column <= position; column++)
      marks.put(column, 0, glyphs.logged === '█' ? '━' : '=', theme.accent);
    if (ui.loopFrom !== null) marks.put(columnAt(ui.loopFrom), 0, '[', theme.warning);
    if (snapshot.looping) {
      marks.put(columnAt(snapshot.looping.from), 0, '[', theme.warning);
      marks.put(columnAt(snapshot.looping.to), 0, ']', theme.warning);
    }
    const findings = shownFindings(view);
    for (const { index, from: at } of timedFindings(view).reverse()) {
      const { severity } = findings[index];
      marks.put(columnAt(at), 0, glyphs.other, theme.severity(severity).text);
    }
    const state = `${snapshot.playing ? glyphs.play : glyphs.pause} x${speedText(snapshot.speed)}`;
    canvas.text(0, 1, state, theme.accent, left - 1);
    const long = `${lengthText(now - from)}/${lengthText(to - from)}`;
    // There must be a blank between it and the bar; if necessary, the common unit of both lengths is written only once.
    const place = long.length < end.length ? long : long.replace(/([a-z])\/(.*\1)$/, '/$2');
    canvas.textRight(canvas.columns, 1, place, theme.quiet, end.length);
  },
});

/** "41s", "5.6m", "12m", "2.8h": so short that two of them fit below a clock time. */
function lengthText(micros: number): string {
  const seconds = Math.max(0, Math.round(micros / MICROS_PER_SECOND));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 597) return `${(seconds / 60).toFixed(1)}m`;
  return seconds < 5970 ? `${Math.round(seconds / 60)}m` : `${(seconds / 3600).toFixed(seconds < 35_900 ? 1 : 0)}h`;
}
