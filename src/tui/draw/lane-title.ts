/** The line above the lanes: what they are, how much time they show, and what colours and glyphs mean. */
import type { Canvas } from '../canvas.ts';
import type { View } from '../panel.ts';
import type { LanePlan } from '../scene/plan-lanes.ts';
import type { LaneScene } from '../scene/scene.ts';
import type { StyleId } from '../style.ts';
import { clip } from '../width.ts';
import { LanePainter } from './lane-cells.ts';

/** "1 min", "91 s": in the largest unit in which it is a whole number. */
const spanText = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;

type LegendEntry = readonly [symbol: string, label: string, style: StyleId];

/** The colours and glyphs on the screen that need an explanation. */
function legendOf({ theme, glyphs, ui, scene, snapshot }: View, { hues, mostSlack }: LaneScene): LegendEntry[] {
  const painter = new LanePainter(theme, glyphs, hues, ui.colourBy);
  const entries: LegendEntry[] = hues.shown.map((hue) => {
    const { label, colour } = hues.legend[hue];
    const symbol = theme.mono ? painter.symbolOf(hue) || glyphs.logged : glyphs.logged;
    return [symbol, clip(label, 22), theme.styles.of(colour)];
  });
  if (scene.filter) entries.push([theme.mono ? glyphs.lost : glyphs.logged, 'do not pass', theme.line]);
  if (snapshot.inference.service.method === 'inferred') entries.push([glyphs.inferred, 'start inferred', theme.quiet]);
  // Up to half a cell of uncertainty is not visible.
  if (mostSlack >= 0.5) entries.push([glyphs.uncertain, 'uncertain', theme.quiet]);
  if (scene.lost().length > 0) entries.push([glyphs.lost, 'killed, never logged', theme.critical]);
  if (snapshot.live && ui.edge === null) entries.push([glyphs.notYet, 'not logged yet', theme.quiet]);
  return entries;
}

export function drawLaneTitle(view: View, canvas: Canvas, lanes: LaneScene, { above, below }: LanePlan): void {
  const { theme, glyphs, ui, scene, isFocused } = view;
  canvas.fill(0, 0, canvas.columns, glyphs.horizontal, theme.line);
  const more = [above > 0 ? `, ${above} more above` : '', below > 0 ? `, ${below} more below` : ''].join('');
  const what = scene.tracks().list.some((track) => track.lives.length > 0) ? 'Workers' : 'Requests';
  const end = canvas.text(
    1,
    0,
    scene.isTimeless ? ` ${what} ` : ` ${what} · ${spanText(ui.spanSeconds)}${more} `,
    isFocused ? theme.accent : theme.strong,
  );
  const entries = legendOf(view, lanes);
  const width = entries.reduce((sum, [, label]) => sum + label.length + 4, 0);
  let x = Math.max(end + 1, canvas.columns - width - 1);
  for (const [symbol, label, style] of entries) {
    if (x + label.length + 3 >= canvas.columns) break;
    canvas.text(x, 0, ` ${symbol} `, style);
    canvas.text(x + 3, 0, `${label} `, theme.quiet);
    x += label.length + 4;
  }
}
