import { describe, expect, it } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import { rowsOf } from '../../helpers/views.ts';

const draw = (columns: number, rows: number, act: (canvas: Canvas) => void): string[] => {
  const grid = new CellGrid(columns, rows);
  act(new Canvas(grid));
  return rowsOf(grid);
};

describe('Canvas', () => {
  it('clips what is drawn outside', () => {
    expect(
      draw(4, 2, (canvas) => {
        canvas.text(2, 0, 'abcdef', 0);
        canvas.text(0, 5, 'x', 0);
        canvas.put(-1, 0, 'x', 0);
        canvas.put(4, 1, 'x', 0);
      }),
    ).toEqual(['  a…', '    ']);
  });

  it('gives a region its own origin and clips to it', () => {
    expect(
      draw(6, 3, (canvas) => {
        const region = canvas.region(2, 1, 3, 5);
        expect([region.columns, region.rows]).toEqual([3, 2]);
        region.text(0, 0, 'abcdef', 0);
      }),
    ).toEqual(['      ', '  ab… ', '      ']);
  });

  it('never leaves half of a wide character', () => {
    const row = (act: (canvas: Canvas) => void) => draw(5, 1, act)[0];
    expect(row((canvas) => canvas.text(0, 0, '日本', 0))).toBe('日本 ');
    expect(
      row((canvas) => {
        canvas.text(0, 0, '日本', 0);
        canvas.put(1, 0, 'x', 0);
      }),
    ).toBe(' x本 ');
    expect(
      row((canvas) => {
        canvas.text(0, 0, '日本', 0);
        canvas.put(2, 0, 'x', 0);
      }),
    ).toBe('日x  ');
  });

  it('makes every text printable', () => {
    expect(draw(8, 1, (canvas) => canvas.text(0, 0, '\x1b[2Jé', 0))[0]).toBe('·[2Jé   ');
  });

  it('writes text that ends at a column', () => {
    expect(draw(6, 1, (canvas) => canvas.textRight(6, 0, '日1', 0))[0]).toBe('   日1');
  });
});
