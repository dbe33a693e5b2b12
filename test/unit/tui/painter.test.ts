import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import { Painter } from '../../../src/tui/painter.ts';
import { colour, createStyles } from '../../../src/tui/style.ts';

const styles = createStyles(16);
const looks = [
  0,
  styles.of(colour(0xff0000, 9)),
  styles.of(-1, colour(0x0000ff, 4)),
  styles.of(-1, -1, { bold: true }),
];

interface Write {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly look: number;
}

const [columns, rows] = [24, 6];
const gridOf = (writes: readonly Write[]): CellGrid => {
  const grid = new CellGrid(columns, rows);
  const canvas = new Canvas(grid);
  for (const { x, y, text, look } of writes) canvas.text(x, y, text, looks[look]);
  return grid;
};
const chromeOf = (lines: readonly (string | null)[]): Map<number, string> =>
  new Map(lines.flatMap((line, row) => (line === null ? [] : [[row, line] as const])));

async function screenAfter(bytes: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(bytes, done));
  const screen = Array.from({ length: rows }, (_, y) => {
    const line = terminal.buffer.active.getLine(y);
    return Array.from({ length: columns }, (__, x) => {
      const cell = line?.getCell(x);
      return `${cell?.getChars() || ' '}:${cell?.getFgColor()}:${cell?.getBgColor()}:${cell?.isBold()}`;
    }).join('');
  });
  terminal.dispose();
  return screen;
}

const write = fc.record({
  x: fc.integer({ min: -2, max: columns }),
  y: fc.integer({ min: 0, max: rows - 1 }),
  text: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '█', '日', 'é', '▌'), maxLength: 12 }),
  look: fc.integer({ min: 0, max: looks.length - 1 }),
});
const picture = fc.record({
  writes: fc.array(write, { maxLength: 8 }),
  chrome: fc.array(fc.option(fc.constantFrom('tabs', '\x1b[1mkeys\x1b[22m', '')), { maxLength: rows }),
});

describe('Painter', () => {
  it('erases a row before it is written: tmux has the cursor on the last cell of a full one, and would erase that', () => {
    const full = 'x'.repeat(columns);
    const bytes = new Painter().paint({ grid: gridOf([]), styles, chrome: new Map([[rows - 1, full]]), ascii: false });
    expect(bytes).toContain(full);
    expect(bytes.slice(bytes.indexOf(full))).not.toContain('\x1b[K');
  });

  it('leaves the same screen by differences as by painting the last picture alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(picture, { minLength: 1, maxLength: 5 }), async (pictures) => {
        const painter = new Painter();
        let bytes = '';
        for (const { writes, chrome } of pictures) {
          bytes += painter.paint({ grid: gridOf(writes), styles, chrome: chromeOf(chrome), ascii: false });
        }
        const last = pictures[pictures.length - 1];
        const alone = new Painter().paint({
          grid: gridOf(last.writes),
          styles,
          chrome: chromeOf(last.chrome),
          ascii: false,
        });
        expect(await screenAfter(bytes)).toEqual(await screenAfter(alone));
      }),
      { numRuns: 150 },
    );
  });

  it('writes nothing when nothing changed', () => {
    const painter = new Painter();
    const next = () =>
      painter.paint({
        grid: gridOf([{ x: 1, y: 1, text: 'same', look: 1 }]),
        styles,
        chrome: new Map([[0, 'tabs']]),
        ascii: false,
      });
    expect(next()).not.toBe('');
    expect(next()).toBe('');
    painter.forget();
    expect(next()).not.toBe('');
  });

  it('writes the changed cells of a row alone, in a synchronised update, and never clears', () => {
    const painter = new Painter();
    painter.paint({
      grid: gridOf([{ x: 0, y: 2, text: 'count 17 of 20', look: 0 }]),
      styles,
      chrome: new Map(),
      ascii: false,
    });
    const bytes = painter.paint({
      grid: gridOf([{ x: 0, y: 2, text: 'count 18 of 20', look: 0 }]),
      styles,
      chrome: new Map(),
      ascii: false,
    });
    expect(bytes).toBe('\x1b[?2026h\x1b[3;8H\x1b[0m8\x1b[?2026l');
  });

  it('says nothing but ASCII to a terminal that knows no more', () => {
    const bytes = new Painter().paint({
      grid: gridOf([{ x: 0, y: 0, text: 'é日█▄→x', look: 1 }]),
      styles,
      chrome: new Map([[1, '│ tabs …']]),
      ascii: true,
    });
    expect(bytes).toMatch(/^[\x1b\x20-\x7e]*$/);
    expect(bytes).toContain('| tabs >');
  });
});
