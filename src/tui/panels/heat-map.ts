/** Latency over time as a heat map: time to the right, duration upwards in equal factors, colour by how many. */
import { gutterOf } from '../draw/gutter.ts';
import { drawCursor } from '../draw/strip.ts';
import { shortCount, shortDuration } from '../numbers.ts';
import { definePanel } from '../panel.ts';
import { DURATION_BINS, durationOfBin } from '../scene/column-durations.ts';

export default definePanel({
  id: 'heat-map',
  title: 'Heat map',
  place: 'tab',
  draw(view, canvas) {
    const { scene, theme, glyphs } = view;
    const { axis } = scene;
    if (scene.isTimeless) {
      canvas.text(1, 0, 'The lines carry no time, so there is no axis to draw durations on.', theme.quiet);
      return;
    }
    // First and last bin in use: the heat map stands between them.
    let least = DURATION_BINS;
    let most = -1;
    for (const { tile, from, to } of scene.durations()) {
      for (let at = from; at < to; at++) {
        if (tile.service.isEmpty(at)) continue;
        for (let bin = 0; bin < DURATION_BINS; bin++) {
          if (tile.service.count(at, bin) === 0) continue;
          if (bin < least) least = bin;
          if (bin > most) most = bin;
        }
      }
    }
    if (most < least) {
      canvas.text(
        1,
        0,
        scene.stats().requests === 0
          ? 'No requests in this stretch of time.'
          : 'The log does not say how long its requests took: no duration, and none can be inferred.',
        theme.quiet,
      );
      return;
    }
    const rows = Math.max(1, canvas.rows);
    // At least a factor of two over the whole height, so that equal durations do not look scattered.
    const bins = Math.max(8, most + 1 - least);
    // A bin has one row or several, or a row has several bins.
    const firstBin = (row: number) => least + Math.floor(((rows - 1 - row) * bins) / rows);
    const pastBin = (row: number) => Math.max(firstBin(row) + 1, least + Math.floor(((rows - row) * bins) / rows));
    const isEdge = (row: number) => row === rows - 1 || firstBin(row) !== firstBin(row + 1);
    const counts = new Uint32Array(rows * axis.columns);
    let top = 0;
    for (const { tile, from, to, column } of scene.durations()) {
      for (let inTile = from; inTile < to; inTile++) {
        if (tile.service.isEmpty(inTile)) continue;
        for (let row = 0; row < rows; row++) {
          let here = 0;
          for (let bin = firstBin(row); bin < pastBin(row); bin++) here += tile.service.count(inTile, bin);
          counts[row * axis.columns + column + inTile - from] = here;
          if (here > top) top = here;
        }
      }
    }
    const { left, right } = gutterOf(canvas.columns);
    const { styles, mono } = theme;
    const shades = theme.ascii ? ['.', ':', '+', '#'] : ['░', '▒', '▓', '█'];
    const cellOf = (requests: number) => {
      const share = top <= 1 ? 0.3 : Math.log2(1 + requests) / Math.log2(1 + top);
      return mono
        ? { glyph: shades[Math.min(3, Math.floor(share * 3.99))], style: 0 }
        : { glyph: glyphs.logged, style: styles.of(theme.heat(share)) };
    };
    for (let row = 0; row < rows; row++) {
      if (isEdge(row) && (rows <= 6 || (rows - 1 - row) % 2 === 0 || !isEdge(row + 1))) {
        canvas.text(0, row, `${glyphs.atLeast} ${shortDuration(durationOfBin(firstBin(row)))}`, theme.quiet, left - 1);
      }
      for (let column = 0; column < axis.columns; column++) {
        const here = counts[row * axis.columns + column];
        if (here === 0) continue;
        const { glyph, style } = cellOf(here);
        canvas.put(left + column, row, glyph, style);
      }
    }
    // What the colours mean, at the right edge: one request, the most in a cell, and what lies between.
    const known = [...new Set([top, Math.round(Math.sqrt(top)), 1])].slice(0, right > 0 ? rows : 0);
    known.forEach((requests, y) => {
      const { glyph, style } = cellOf(requests);
      canvas.put(left + axis.columns + 1, y, glyph, style);
      canvas.text(left + axis.columns + 3, y, shortCount(requests), theme.quiet);
    });
    drawCursor(view, canvas, left);
  },
});
