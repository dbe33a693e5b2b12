/** Latency over time as a heat map: time to the right, duration upwards in equal factors, colour by how many. */
import { gutterOf } from '../draw/gutter.ts';
import { shortCount, shortDuration } from '../numbers.ts';
import { definePanel } from '../panel.ts';
import { columnOf } from '../time-axis.ts';
import { drawCursor } from './pool.ts';

export default definePanel({
  id: 'heat-map',
  title: 'Heat map',
  place: 'tab',
  draw(view, canvas) {
    const { snapshot, scene, theme, glyphs } = view;
    const { placement } = snapshot;
    const { axis } = scene;
    const { rows: visible, count } = scene.visible();
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const micros = placement.end[visible[i]] - placement.start[visible[i]];
      if (!(micros > 0)) continue;
      if (micros < least) least = micros;
      if (micros > most) most = micros;
    }
    if (!(most >= least)) {
      canvas.text(
        1,
        0,
        count === 0
          ? 'No requests in this stretch of time.'
          : 'The log states no durations; see the request line of the server.',
        theme.quiet,
      );
      return;
    }
    const rows = Math.max(1, canvas.rows);
    // At least a factor of two over the whole height, so that equal durations do not look scattered.
    const low = Math.log2(least) - 0.01;
    const high = Math.max(Math.log2(most) + 0.01, low + 1);
    const counts = new Uint32Array(rows * axis.columns);
    let top = 0;
    for (let i = 0; i < count; i++) {
      const end = placement.end[visible[i]];
      const micros = end - placement.start[visible[i]];
      const column = Math.floor(columnOf(axis, end));
      if (!(micros > 0) || column < 0 || column >= axis.columns) continue;
      const row = rows - 1 - Math.min(rows - 1, Math.floor(((Math.log2(micros) - low) / (high - low)) * rows));
      const at = row * axis.columns + column;
      counts[at]++;
      if (counts[at] > top) top = counts[at];
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
      const upper = 2 ** (high - ((high - low) * row) / rows);
      if (row === 0 || row === rows - 1 || rows <= 6 || row % 2 === 0) {
        canvas.text(
          0,
          row,
          `${row === rows - 1 && rows > 1 ? shortDuration(least) : `≤ ${shortDuration(upper)}`}`,
          theme.quiet,
          left - 1,
        );
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
