/** Latency over time as a heat map: time to the right, duration upwards (logarithmic), the number of requests as colour. */

import type { Canvas } from '../canvas.ts';
import { gutterOf } from '../draw/gutter.ts';
import { drawCursor } from '../draw/strip.ts';
import { shortCount, shortDuration } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import { DURATION_BINS, durationOfBin } from '../scene/column-durations.ts';
import type { StyleId } from '../style.ts';

/** 1 for each bin that contains a request. */
function usedBins({ scene }: View): Uint8Array {
  const used = new Uint8Array(DURATION_BINS);
  for (const { tile, from, to } of scene.durations()) {
    for (let at = from; at < to; at++) {
      if (tile.service.isEmpty(at)) continue;
      for (let bin = 0; bin < DURATION_BINS; bin++) if (tile.service.count(at, bin) > 0) used[bin] = 1;
    }
  }
  return used;
}

/** The bins from the first to the last in use; null if no duration is known. */
function binsInUse(view: View): { readonly least: number; readonly count: number } | null {
  const used = usedBins(view);
  const least = used.indexOf(1);
  // At least a factor of two over the whole height, so that equal durations do not look scattered.
  return least < 0 ? null : { least, count: Math.max(8, used.lastIndexOf(1) + 1 - least) };
}

/** Which bins a row shows: a bin may have several rows, or a row several bins. */
interface Scale {
  readonly rows: number;
  first(row: number): number;
  past(row: number): number;
}

function scaleOf({ least, count }: { readonly least: number; readonly count: number }, rows: number): Scale {
  const first = (row: number) => least + Math.floor(((rows - 1 - row) * count) / rows);
  const past = (row: number) => Math.max(first(row) + 1, least + Math.floor(((rows - row) * count) / rows));
  return { rows, first, past };
}

/** Requests per cell, row by row, and the largest of these numbers. */
interface CellCounts {
  readonly counts: Uint32Array;
  readonly top: number;
}

function countCells({ scene }: View, { rows, first, past }: Scale): CellCounts {
  const { columns } = scene.axis;
  const counts = new Uint32Array(rows * columns);
  let top = 0;
  for (const { tile, from, to, column } of scene.durations()) {
    for (let inTile = from; inTile < to; inTile++) {
      if (tile.service.isEmpty(inTile)) continue;
      for (let row = 0; row < rows; row++) {
        let here = 0;
        for (let bin = first(row); bin < past(row); bin++) here += tile.service.count(inTile, bin);
        counts[row * columns + column + inTile - from] = here;
        if (here > top) top = here;
      }
    }
  }
  return { counts, top };
}

type CellLook = (requests: number) => { readonly glyph: string; readonly style: StyleId };

function lookOf({ theme, glyphs }: View, top: number): CellLook {
  const { styles, mono } = theme;
  const shades = theme.ascii ? ['.', ':', '+', '#'] : ['░', '▒', '▓', '█'];
  return (requests) => {
    const share = top <= 1 ? 0.3 : Math.log2(1 + requests) / Math.log2(1 + top);
    return mono
      ? { glyph: shades[Math.min(3, Math.floor(share * 3.99))], style: 0 }
      : { glyph: glyphs.logged, style: styles.of(theme.heat(share)) };
  };
}

/** Labels the rows at which a bin begins with its lower end; on a tall map only every other row. */
function drawDurations({ theme, glyphs }: View, canvas: Canvas, { rows, first }: Scale, left: number): void {
  const beginsBin = (row: number) => row === rows - 1 || first(row) !== first(row + 1);
  for (let row = 0; row < rows; row++) {
    const hasRoom = rows <= 6 || (rows - 1 - row) % 2 === 0 || !beginsBin(row + 1);
    if (!beginsBin(row) || !hasRoom) continue;
    canvas.text(0, row, `${glyphs.atLeast} ${shortDuration(durationOfBin(first(row)))}`, theme.quiet, left - 1);
  }
}

/** What the colours mean: the most requests in a cell, one request, and a number in between. */
function drawLegend({ theme }: View, canvas: Canvas, x: number, look: CellLook, top: number, rows: number): void {
  const known = [...new Set([top, Math.round(Math.sqrt(top)), 1])].slice(0, rows);
  known.forEach((requests, y) => {
    const { glyph, style } = look(requests);
    canvas.put(x, y, glyph, style);
    canvas.text(x + 2, y, shortCount(requests), theme.quiet);
  });
}

/** Why the map is empty. */
function whyEmpty({ scene }: View): string {
  if (scene.isTimeless) return 'The lines carry no time, so there is no axis to draw durations on.';
  return scene.stats().requests === 0
    ? 'No requests in this stretch of time.'
    : 'The log does not say how long its requests took: no duration, and none can be inferred.';
}

export default definePanel({
  id: 'heat-map',
  title: 'Heat map',
  place: 'tab',
  onTimeAxis: true,
  draw(view, canvas) {
    const { columns } = view.scene.axis;
    const bins = view.scene.isTimeless ? null : binsInUse(view);
    if (bins === null) {
      canvas.text(1, 0, whyEmpty(view), view.theme.quiet);
      return;
    }
    const scale = scaleOf(bins, Math.max(1, canvas.rows));
    const { counts, top } = countCells(view, scale);
    const { left, right } = gutterOf(canvas.columns);
    const look = lookOf(view, top);
    drawDurations(view, canvas, scale, left);
    for (let row = 0; row < scale.rows; row++) {
      for (let column = 0; column < columns; column++) {
        const here = counts[row * columns + column];
        if (here === 0) continue;
        const { glyph, style } = look(here);
        canvas.put(left + column, row, glyph, style);
      }
    }
    if (right > 0) drawLegend(view, canvas, left + columns + 1, look, top, scale.rows);
    drawCursor(view, canvas, left);
  },
});
