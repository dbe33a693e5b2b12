/** Turns the raster of a lane into cells: at most two colours and one boundary each, to an eighth of a cell. */
import type { Canvas } from '../canvas.ts';
import type { Glyphs } from '../glyphs.ts';
import { type Hues, secondTone } from '../scene/hues.ts';
import { type BarRow, flagsOfInk, hueOfInk, INFERRED, type ShareRow, TURN, UNCERTAIN } from '../scene/lane-raster.ts';
import { type Colour, DEFAULT_COLOUR, mix, type StyleId } from '../style.ts';
import type { Theme } from '../theme.ts';

/** One letter per hue where there are no colours: outcomes by their first digit, routes and durations in order. */
const monoSymbols = {
  status: ['', '3', '4', '5', '?'],
  route: ['', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '+'],
  duration: ['1', '2', '3', '4', '5', '6', '?'],
} as const;

export class LanePainter {
  readonly #theme: Theme;
  readonly #glyphs: Glyphs;
  readonly #hues: Hues;
  readonly #symbols: readonly string[];
  #styles = new Map<number, StyleId>();
  #isShaded = false;

  constructor(theme: Theme, glyphs: Glyphs, hues: Hues, by: keyof typeof monoSymbols) {
    this.#theme = theme;
    this.#glyphs = glyphs;
    this.#hues = hues;
    this.#symbols = monoSymbols[by];
  }

  /** Every other lane is a little darker, so that full lanes do not run together. */
  set shaded(on: boolean) {
    if (on !== this.#isShaded) this.#styles = new Map();
    this.#isShaded = on;
  }

  /** The letter that stands for a hue without colours, "" for a plain block. */
  symbolOf(hue: number): string {
    return this.#symbols[hue] ?? '+';
  }

  /** Draws a row of bars from column x on; `alive` says in which columns the worker lives, from `notYet` on nothing is logged. */
  bars(
    canvas: Canvas,
    x: number,
    y: number,
    { ink }: BarRow,
    alive: (column: number) => boolean,
    notYet: number,
  ): void {
    for (let column = 0; column < ink.length / 8; column++) {
      if (this.#bar(canvas, x + column, y, ink, column * 8) || !alive(column)) continue;
      canvas.put(x + column, y, column >= notYet ? this.#glyphs.notYet : this.#glyphs.idle, this.#track());
    }
  }

  #track(): StyleId {
    const { colours, styles, mono } = this.#theme;
    return mono ? styles.of(DEFAULT_COLOUR, DEFAULT_COLOUR, { dim: true }) : styles.of(colours.line, colours.track);
  }

  #colour(ink: number): Colour {
    if (ink === 0) return this.#theme.colours.track;
    const { colour } = this.#hues.legend[hueOfInk(ink)] ?? { colour: this.#theme.colours.unknown };
    const tone = flagsOfInk(ink) & TURN ? secondTone(colour, this.#theme.name === 'light') : colour;
    return this.#shade(tone);
  }

  #shade(colour: Colour): Colour {
    return this.#isShaded ? mix(colour, this.#theme.name === 'light' ? 0xffffff : 0x000000, 0.14) : colour;
  }

  #style(foreground: number, background: number): StyleId {
    const key = foreground * 65_536 + background;
    let style = this.#styles.get(key);
    if (style === undefined) {
      style = this.#theme.styles.of(this.#colour(foreground), this.#colour(background));
      this.#styles.set(key, style);
    }
    return style;
  }

  /** A cell of bars; false when nothing ran there. */
  #bar(canvas: Canvas, x: number, y: number, ink: Uint16Array, at: number): boolean {
    const first = ink[at];
    let same = 1;
    while (same < 8 && ink[at + same] === first) same++;
    if (same === 8) {
      if (first === 0) return false;
      this.#solid(canvas, x, y, first);
      return true;
    }
    const { ink: major, count, next: minor } = majorityOf(ink, at);
    // What is uncertain or was inferred is a texture, and so is everything without colours: the whole cell has it.
    const texture = (value: number) => value !== 0 && (flagsOfInk(value) & (UNCERTAIN | INFERRED)) !== 0;
    if (texture(major) || this.#theme.mono || this.#theme.ascii) {
      const shown = major === 0 && count < 6 ? minor : major;
      if (shown === 0) return false;
      if (
        this.#theme.mono &&
        !this.#theme.ascii &&
        !texture(shown) &&
        (major === 0 || minor === 0) &&
        this.#isPlain(shown)
      ) {
        const filled = major === 0 ? 8 - count : count;
        const fromLeft = ink[at] !== 0;
        const style = this.#theme.styles.of(DEFAULT_COLOUR, DEFAULT_COLOUR, fromLeft ? {} : { inverse: true });
        canvas.put(x, y, this.#glyphs.left[fromLeft ? filled : 8 - filled], style);
      } else this.#solid(canvas, x, y, shown);
      return true;
    }
    const left = first === major || first === minor ? first : major;
    const right = left === major ? minor : major;
    const filled = left === major ? count : 8 - count;
    canvas.put(x, y, this.#glyphs.left[Math.max(1, Math.min(7, filled))], this.#style(left, right));
    return true;
  }

  #isPlain(ink: number): boolean {
    return this.symbolOf(hueOfInk(ink)) === '';
  }

  #solid(canvas: Canvas, x: number, y: number, ink: number): void {
    const flags = flagsOfInk(ink);
    const glyphs = this.#glyphs;
    if (this.#theme.mono) {
      const symbol = this.symbolOf(hueOfInk(ink));
      const block = flags & UNCERTAIN ? glyphs.uncertain : flags & TURN ? glyphs.alternate : glyphs.logged;
      canvas.put(x, y, symbol || block, 0);
      return;
    }
    const glyph = flags & UNCERTAIN ? glyphs.uncertain : flags & INFERRED ? glyphs.inferred : glyphs.logged;
    canvas.put(x, y, glyph, this.#style(ink, 0));
  }

  /** Draws shares as heights over one or more text rows, from `y` (top) down. */
  shares(
    canvas: Canvas,
    x: number,
    y: number,
    rows: number,
    row: ShareRow,
    alive: (column: number) => boolean,
    notYet: number,
  ): void {
    for (let column = 0; column < row.level.length; column++) {
      const hue = row.hue[column];
      if (hue >= 0) this.#height(canvas, x + column, y, rows, row.full > 0 ? row.level[column] / row.full : 0, hue);
      else if (alive(column)) {
        for (let i = 0; i < rows; i++) {
          canvas.put(x + column, y + i, column >= notYet ? this.#glyphs.notYet : this.#glyphs.idle, this.#track());
        }
      }
    }
  }

  #height(canvas: Canvas, x: number, y: number, rows: number, share: number, hue: number): void {
    const colour = this.#shade(this.#hues.legend[hue]?.colour ?? this.#theme.colours.unknown);
    const style = this.#theme.mono ? 0 : this.#theme.styles.of(colour, this.#theme.colours.track);
    // Something ran here, so something shows.
    const eighths = Math.max(1, Math.min(rows * 8, Math.round(share * rows * 8)));
    const symbol = this.#theme.mono ? this.symbolOf(hue) : '';
    for (let i = 0; i < rows; i++) {
      const here = Math.max(0, Math.min(8, eighths - (rows - 1 - i) * 8));
      canvas.put(x, y + i, here === 0 ? ' ' : symbol && here >= 4 ? symbol : this.#glyphs.lower[here], style);
    }
  }
}

/** The value that fills most of a cell, in how many eighths, and the value that fills most of the rest. */
function majorityOf(ink: Uint16Array, at: number): { ink: number; count: number; next: number } {
  let major = ink[at];
  let majorCount = 0;
  let next = major;
  let nextCount = 0;
  for (let i = 0; i < 8; i++) {
    const value = ink[at + i];
    if (value === major && i > 0) continue;
    let count = 0;
    for (let k = 0; k < 8; k++) if (ink[at + k] === value) count++;
    if (count > majorCount) {
      if (value !== major) {
        next = major;
        nextCount = majorCount;
      }
      major = value;
      majorCount = count;
    } else if (value !== major && count > nextCount) {
      next = value;
      nextCount = count;
    }
  }
  return { ink: major, count: majorCount, next };
}
