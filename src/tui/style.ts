/** Colours and styles as small integers, and the escape sequence of each on this terminal. */

import { ansi16, channels, linear, nearest256 } from './palette.ts';

/** -1: the terminal's own colour; else one of its 16 colours (0..15) in the high byte, which stands in for the 24-bit RGB below it. */
export type Colour = number;
export const DEFAULT_COLOUR: Colour = -1;

/** Number of colours that the terminal shows; 0: none (NO_COLOR). */
export type ColourDepth = 0 | 16 | 256 | 16_777_216;

function nearestAnsi(rgb: number): number {
  const [r, g, b] = channels(rgb);
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 16; i++) {
    const [r2, g2, b2] = channels(ansi16[i]);
    const distance = (r - r2) ** 2 + (g - g2) ** 2 + (b - b2) ** 2;
    if (distance < bestDistance) {
      bestDistance = distance;
      best = i;
    }
  }
  return best;
}

/** A colour by its RGB; `ansi`: which of the 16 colours replaces it on a terminal with no more. */
export const colour = (rgb: number, ansi: number = nearestAnsi(rgb)): Colour => ansi * 0x1000000 + rgb;
export const rgbOf = (value: Colour): number => value % 0x1000000;
export const ansiOf = (value: Colour): number => Math.floor(value / 0x1000000);

/** A mix of two colours, `share` (0..1) of the way from the first to the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const [r, g, b] = channels(rgbOf(from));
  const [r2, g2, b2] = channels(rgbOf(to));
  const at = (x: number, y: number) => Math.round(x + (y - x) * share);
  return colour((at(r, r2) << 16) | (at(g, g2) << 8) | at(b, b2), share < 0.5 ? ansiOf(from) : ansiOf(to));
}

/** Black or white, whichever has more contrast on a background (relative luminance, WCAG 2). */
export function readableOn(ground: Colour): Colour {
  const [r, g, b] = channels(rgbOf(ground)).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? colour(0x0b0e13, 0) : colour(0xffffff, 15);
}

export interface Attributes {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

const PLAIN: Attributes = {};

/** Id of a style within its `Styles`; 0 is the terminal's own style. */
export type StyleId = number;

/** Interns styles: cells hold ids, and each escape sequence is built only once. */
export interface Styles {
  readonly depth: ColourDepth;
  of(foreground: Colour, background?: Colour, attributes?: Attributes): StyleId;
  /** Interns an escape sequence made elsewhere; it must begin with a reset. */
  adopt(sequence: string): StyleId;
  /** The sequence that sets exactly this style, whatever was set before. */
  sequence(id: StyleId): string;
}

export function createStyles(depth: ColourDepth): Styles {
  const ids = new Map<string, StyleId>();
  // Cells ask for the same few styles thousands of times per frame, so they are looked up by numbers, without building strings.
  const found = new Map<Colour, Map<number, StyleId>>();
  const sequences: string[] = [];

  const parameter = (value: Colour, background: boolean): string => {
    if (value < 0 || depth === 0) return '';
    if (depth === 16) {
      const index = ansiOf(value);
      return `;${(index < 8 ? 30 + index : 82 + index) + (background ? 10 : 0)}`;
    }
    if (depth === 256) return `;${background ? 48 : 38};5;${nearest256(rgbOf(value))}`;
    const [r, g, b] = channels(rgbOf(value));
    return `;${background ? 48 : 38};2;${r};${g};${b}`;
  };

  const adopt = (sequence: string): StyleId => {
    const known = ids.get(sequence);
    if (known !== undefined) return known;
    const id = sequences.length;
    ids.set(sequence, id);
    sequences.push(sequence);
    return id;
  };
  const intern = (foreground: Colour, background: Colour, attributes: Attributes): StyleId => {
    const flags =
      (attributes.bold ? ';1' : '') +
      (attributes.dim ? ';2' : '') +
      (attributes.underline ? ';4' : '') +
      (attributes.inverse ? ';7' : '');
    return adopt(`\x1b[0${flags}${parameter(foreground, false)}${parameter(background, true)}m`);
  };
  const of = (foreground: Colour, background: Colour = DEFAULT_COLOUR, attributes: Attributes = PLAIN): StyleId => {
    let backgrounds = found.get(foreground);
    if (!backgrounds) {
      backgrounds = new Map();
      found.set(foreground, backgrounds);
    }
    const bits =
      (attributes.bold ? 1 : 0) +
      (attributes.dim ? 2 : 0) +
      (attributes.underline ? 4 : 0) +
      (attributes.inverse ? 8 : 0);
    const key = background * 16 + bits;
    let id = backgrounds.get(key);
    if (id === undefined) {
      id = intern(foreground, background, attributes);
      backgrounds.set(key, id);
    }
    return id;
  };
  of(DEFAULT_COLOUR);
  return { depth, of, adopt, sequence: (id) => sequences[id] };
}
