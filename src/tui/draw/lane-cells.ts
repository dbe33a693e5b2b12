/** Turns the raster of a lane into cells: each shows at most two colours and one boundary, to an eighth of a cell. */
import type { Canvas } from '../canvas.ts';
import type { Glyphs } from '../glyphs.ts';
import { type Hues, secondTone } from '../scene/hues.ts';
import {
  type BarRow,
  flagsOfInk,
  hueOfInk,
  INFERRED,
  PERHAPS,
  type ShareRow,
  TURN,
  UNCERTAIN,
} from '../scene/lane-raster.ts';
import { type Colour, DEFAULT_COLOUR, mix, readableOn, type StyleId } from '../style.ts';
import type { Theme } from '../theme.ts';

/** One letter per hue if there are no colours: outcomes by their first digit, routes and durations in order. */
const monoSymbols = {
  status: ['', '3', '4', '5', '?'],
  route: ['', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '+'],
  duration: ['1', '2', '3', '4', '5', '6', '?'],
} as const;

/** Background of a textured cell in which a request probably ran: this far from the colour of the request towards that of the track. */
const LIKELY_GROUND = 0.45;

/** Cached styles: the cells of a lane need the same few. */
class KeptStyles {
  readonly cells = new Map<number, StyleId>();
  readonly labels = new Map<number, StyleId>();
  /** By hue: its colour on the track, and on the colour of requests that do not pass the filter. */
  readonly heights: { over: StyleId; overBehind: StyleId }[] = [];
}

export class LanePainter {
  readonly #theme: Theme;
  readonly #glyphs: Glyphs;
  readonly #hues: Hues;
  readonly #symbols: readonly string[];
  /** For normal lanes, and for shaded ones. */
  readonly #kept = [new KeptStyles(), new KeptStyles()] as const;
  readonly #track: StyleId;
  readonly #majority = new Majority();
  #isShaded = false;

  constructor(theme: Theme, glyphs: Glyphs, hues: Hues, by: keyof typeof monoSymbols) {
    this.#theme = theme;
    this.#glyphs = glyphs;
    this.#hues = hues;
    this.#symbols = monoSymbols[by];
    const { colours, styles, mono } = theme;
    this.#track = mono
      ? styles.of(DEFAULT_COLOUR, DEFAULT_COLOUR, { dim: true })
      : styles.of(colours.line, colours.track);
  }

  /** true: draws a little darker. Every other lane is, so that full lanes do not run together. */
  set shaded(on: boolean) {
    this.#isShaded = on;
  }

  get #known(): KeptStyles {
    return this.#kept[this.#isShaded ? 1 : 0];
  }

  /** The letter for a hue if there are no colours; "": a plain block. */
  symbolOf(hue: number): string {
    return this.#symbols[hue] ?? '+';
  }

  /** Draws a row of bars from column x on. `alive` is 1 in columns in which the worker lives; from column `notYet` on nothing is logged. */
  bars(canvas: Canvas, x: number, y: number, { ink }: BarRow, alive: Uint8Array, notYet: number): void {
    for (let column = 0; column < ink.length / 8; column++) {
      if (this.#bar(canvas, x + column, y, ink, column * 8) || alive[column] === 0) continue;
      canvas.put(x + column, y, column >= notYet ? this.#glyphs.notYet : this.#glyphs.idle, this.#track);
    }
  }

  #colour(ink: number): Colour {
    if (ink === 0) return this.#theme.colours.track;
    const colour = this.#hueColour(hueOfInk(ink));
    const tone = flagsOfInk(ink) & TURN ? secondTone(colour, this.#theme.name === 'light') : colour;
    return this.#shade(tone);
  }

  /** The hue after the last of the legend is that of requests that do not pass the filter. */
  #hueColour(hue: number): Colour {
    return this.#hues.legend[hue]?.colour ?? this.#theme.colours.line;
  }

  #shade(colour: Colour): Colour {
    return this.#isShaded ? mix(colour, this.#theme.name === 'light' ? 0xffffff : 0x000000, 0.14) : colour;
  }

  #style(foreground: number, background: number): StyleId {
    const key = foreground * 65_536 + background;
    let style = this.#known.cells.get(key);
    if (style === undefined) {
      style = this.#theme.styles.of(this.#colour(foreground), this.#colour(background));
      this.#known.cells.set(key, style);
    }
    return style;
  }

  /** Draws a cell of bars; false: nothing ran there. */
  #bar(canvas: Canvas, x: number, y: number, ink: Uint16Array, at: number): boolean {
    const first = ink[at];
    if (isUniform(ink, at)) {
      if (first !== 0) this.#solid(canvas, x, y, first);
      return first !== 0;
    }
    const major = this.#majority;
    major.read(ink, at);
    if (isTexture(major.ink) || this.#theme.mono || this.#theme.ascii) return this.#whole(canvas, x, y, first, major);
    const left = first === major.ink || first === major.next ? first : major.ink;
    const right = left === major.ink ? major.next : major.ink;
    const filled = left === major.ink ? major.count : 8 - major.count;
    canvas.put(x, y, this.#glyphs.left[Math.max(1, Math.min(7, filled))], this.#style(left, right));
    return true;
  }

  /** Draws a cell as a single value, because there are no colours or it is textured; false: the lane was idle. */
  #whole(canvas: Canvas, x: number, y: number, first: number, { ink, count, next }: Majority): boolean {
    const shown = ink === 0 && count < 6 ? next : ink;
    if (shown === 0) return false;
    if ((ink === 0 || next === 0) && this.#isBlock(shown)) {
      const filled = ink === 0 ? 8 - count : count;
      const fromLeft = first !== 0;
      const style = this.#theme.styles.of(DEFAULT_COLOUR, DEFAULT_COLOUR, fromLeft ? {} : { inverse: true });
      canvas.put(x, y, this.#glyphs.left[fromLeft ? filled : 8 - filled], style);
    } else this.#solid(canvas, x, y, shown);
    return true;
  }

  /** true: without colours it is a plain block, of which a cell can show a part. */
  #isBlock(ink: number): boolean {
    const { mono, ascii } = this.#theme;
    return mono && !ascii && !isTexture(ink) && this.symbolOf(hueOfInk(ink)) === '';
  }

  #solid(canvas: Canvas, x: number, y: number, ink: number): void {
    const flags = flagsOfInk(ink);
    const glyphs = this.#glyphs;
    if (this.#theme.mono && hueOfInk(ink) === this.#hues.legend.length) {
      canvas.put(x, y, glyphs.lost, this.#track);
      return;
    }
    if (this.#theme.mono) {
      const symbol = this.symbolOf(hueOfInk(ink));
      const block = flags & UNCERTAIN ? glyphs.uncertain : flags & TURN ? glyphs.alternate : glyphs.logged;
      canvas.put(x, y, symbol || block, 0);
      return;
    }
    const glyph = flags & UNCERTAIN ? glyphs.uncertain : flags & INFERRED ? glyphs.inferred : glyphs.logged;
    canvas.put(x, y, glyph, flags & UNCERTAIN && !(flags & PERHAPS) ? this.#likely(ink) : this.#style(ink, 0));
  }

  /** The style if it is probable that a request ran here but not certain which: brighter than a mere possibility. */
  #likely(ink: number): StyleId {
    const key = -ink;
    let style = this.#known.cells.get(key);
    if (style === undefined) {
      const colour = this.#colour(ink);
      style = this.#theme.styles.of(colour, mix(colour, this.#theme.colours.track, LIKELY_GROUND));
      this.#known.cells.set(key, style);
    }
    return style;
  }

  /** The style of a label on a bar of this ink. */
  labelOn(ink: number): StyleId {
    const known = this.#known.labels.get(ink);
    if (known !== undefined) return known;
    const { styles, mono, colours } = this.#theme;
    const colour = this.#colour(ink);
    const flags = flagsOfInk(ink);
    // The label's background matches the texture beside it, half of which is the colour and half its background, so that no box shows.
    const share = flags & UNCERTAIN ? (flags & PERHAPS ? LIKELY_GROUND : LIKELY_GROUND / 2) : 0;
    const ground = mix(colour, colours.track, share);
    const letters = styles.depth > 16 ? readableOn(ground) : colours.onColour;
    const style = mono
      ? styles.of(DEFAULT_COLOUR, DEFAULT_COLOUR, { inverse: true })
      : styles.of(letters, ground, { bold: true });
    this.#known.labels.set(ink, style);
    return style;
  }

  /** Draws busy shares as heights over `rows` text rows, downwards from `y`. */
  shares(canvas: Canvas, x: number, y: number, rows: number, row: ShareRow, alive: Uint8Array, notYet: number): void {
    // Heights are integers before they are passed on: a fraction would be allocated as an object each time.
    const most = rows * 8;
    const eighthsOf = (value: number) => (row.full > 0 ? Math.round((value / row.full) * most) | 0 : 0);
    for (let column = 0; column < row.level.length; column++) {
      const hue = row.hue[column];
      const behind = row.behind?.[column] ?? 0;
      if (hue >= 0 || behind > 0) {
        // Something ran here, so at least an eighth is drawn.
        const front = hue >= 0 ? Math.max(1, Math.min(most, eighthsOf(row.level[column]))) : 0;
        const back = behind > 0 ? Math.max(1, Math.min(most, eighthsOf(behind))) : 0;
        this.#height(canvas, x + column, y, rows, front, hue, back);
      } else if (alive[column] === 1) {
        for (let i = 0; i < rows; i++) {
          canvas.put(x + column, y + i, column >= notYet ? this.#glyphs.notYet : this.#glyphs.idle, this.#track);
        }
      }
    }
  }

  /** `front`: eighths drawn in the hue, 0 none; `back`: eighths of all requests, if a filter shows only some. */
  #height(canvas: Canvas, x: number, y: number, rows: number, front: number, hue: number, back: number): void {
    const { mono } = this.#theme;
    const symbol = mono && hue >= 0 ? this.symbolOf(hue) : '';
    const { over, overBehind } = this.#heightOf(hue);
    for (let i = 0; i < rows; i++) {
      const above = (rows - 1 - i) * 8;
      const here = front <= above ? 0 : Math.min(8, front - above);
      const there = back <= above ? 0 : Math.min(8, back - above);
      if (here === 0 && there > 0) {
        if (mono) canvas.put(x, y + i, this.#glyphs.lost, this.#track);
        else canvas.put(x, y + i, this.#glyphs.lower[there], this.#heightOf(this.#hues.legend.length).over);
        continue;
      }
      const glyph = here === 0 ? ' ' : symbol && here >= 4 ? symbol : this.#glyphs.lower[here];
      canvas.put(x, y + i, glyph, there === 8 ? overBehind : over);
    }
  }

  #heightOf(hue: number): { over: StyleId; overBehind: StyleId } {
    const known = this.#known.heights[hue];
    if (known) return known;
    const { styles, mono, colours } = this.#theme;
    const colour = this.#shade(this.#hueColour(hue));
    const fresh = {
      over: mono ? 0 : styles.of(colour, colours.track),
      overBehind: mono ? 0 : styles.of(colour, this.#shade(colours.line)),
    };
    this.#known.heights[hue] = fresh;
    return fresh;
  }
}

/** true: uncertain or inferred, which is shown by a texture over the whole cell. */
const isTexture = (ink: number): boolean => ink !== 0 && (flagsOfInk(ink) & (UNCERTAIN | INFERRED)) !== 0;

function isUniform(ink: Uint16Array, at: number): boolean {
  for (let k = 1; k < 8; k++) if (ink[at + k] !== ink[at]) return false;
  return true;
}

/** The most frequent value of a cell, in how many eighths it occurs, and the second most frequent; one object is reused for all cells. */
class Majority {
  ink = 0;
  count = 0;
  next = 0;
  #nextCount = 0;

  read(eighths: Uint16Array, at: number): void {
    this.ink = this.next = eighths[at];
    this.count = this.#nextCount = 0;
    for (let i = 0; i < 8; i++) {
      const value = eighths[at + i];
      if (i === 0 || value !== this.ink) this.#weigh(value, timesIn(eighths, at, value));
    }
  }

  #weigh(value: number, count: number): void {
    if (count > this.count) {
      if (value !== this.ink) {
        this.next = this.ink;
        this.#nextCount = this.count;
      }
      this.ink = value;
      this.count = count;
    } else if (value !== this.ink && count > this.#nextCount) {
      this.next = value;
      this.#nextCount = count;
    }
  }
}

/** In how many eighths of a cell a value occurs. */
function timesIn(eighths: Uint16Array, at: number, value: number): number {
  let count = 0;
  for (let i = at; i < at + 8; i++) if (eighths[i] === value) count++;
  return count;
}
