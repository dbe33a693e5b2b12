/** Themes map meanings to colours. Panels name a meaning, never a colour. */
import {
  ansiOf,
  type Colour,
  type ColourDepth,
  colour,
  createStyles,
  DEFAULT_COLOUR,
  mix,
  type StyleId,
  type Styles,
} from './style.ts';

export interface Colours {
  /** Text, quiet text, the lines between areas. */
  readonly text: Colour;
  /** Text on one of the backgrounds below; the terminal's own text colour may be unreadable there. */
  readonly onBar: Colour;
  readonly quiet: Colour;
  readonly line: Colour;
  readonly accent: Colour;
  /** Backgrounds: of what is selected, of the bars at the top and bottom, and of the track of a living worker. */
  readonly selected: Colour;
  readonly bar: Colour;
  readonly track: Colour;
  /** Severities. */
  readonly ok: Colour;
  readonly info: Colour;
  readonly warning: Colour;
  readonly critical: Colour;
  /** Requests by outcome. */
  readonly success: Colour;
  readonly redirect: Colour;
  readonly clientError: Colour;
  readonly serverError: Colour;
  readonly unknown: Colour;
  /** The pool's charts. */
  readonly busy: Colour;
  readonly saturated: Colour;
  readonly queue: Colour;
  readonly rate: Colour;
  readonly latency: Colour;
  /** Text on a coloured background. */
  readonly onColour: Colour;
  /** Requests by route; neighbours in this list are easy to tell apart. */
  readonly routes: readonly Colour[];
  /** From few or short to many or long: for durations and the heat map. */
  readonly heat: readonly Colour[];
}

const dark: Colours = {
  text: DEFAULT_COLOUR,
  onBar: colour(0xe6e9ef, 15),
  quiet: colour(0x8a919e, 8),
  line: colour(0x4b5261, 8),
  accent: colour(0x7cb7ff, 12),
  selected: colour(0x2d4261, 4),
  bar: colour(0x1d222b, 0),
  track: colour(0x20252e, 0),
  ok: colour(0x6cc76c, 10),
  info: colour(0x6ab0ff, 12),
  warning: colour(0xf0b93a, 11),
  critical: colour(0xff6b62, 9),
  success: colour(0x4aa56a, 2),
  redirect: colour(0x3f9fb5, 6),
  clientError: colour(0xd9a12e, 3),
  serverError: colour(0xe2504a, 9),
  unknown: colour(0x8c93a8, 7),
  busy: colour(0x5b8fd6, 12),
  saturated: colour(0xf0863c, 11),
  queue: colour(0xc26fd4, 13),
  rate: colour(0x4fb0a5, 6),
  latency: colour(0xb8a13f, 11),
  onColour: colour(0x11151b, 0),
  routes: [
    colour(0x5b8fd6, 12),
    colour(0xe39a4f, 11),
    colour(0x5fb878, 10),
    colour(0xcf6fb0, 13),
    colour(0x52b5c4, 14),
    colour(0xc9bd4f, 3),
    colour(0x9a7fe0, 5),
    colour(0xd77a72, 9),
  ],
  heat: [
    colour(0x24466b, 4),
    colour(0x2f7f86, 6),
    colour(0x67ad5b, 2),
    colour(0xe0bb3e, 11),
    colour(0xec8136, 3),
    colour(0xf0524b, 9),
  ],
};

const light: Colours = {
  ...dark,
  quiet: colour(0x646b78, 8),
  line: colour(0xb6bcc8, 7),
  accent: colour(0x0b5fc2, 4),
  selected: colour(0xcfe1fb, 7),
  onBar: colour(0x1f2430, 0),
  bar: colour(0xe6e9ef, 7),
  track: colour(0xe9ecf1, 7),
  ok: colour(0x1b7f37, 2),
  info: colour(0x0b5fc2, 4),
  warning: colour(0x9a6200, 3),
  critical: colour(0xc4231c, 1),
  success: colour(0x2f8a4c, 2),
  redirect: colour(0x1f87a0, 6),
  clientError: colour(0xb0780a, 3),
  serverError: colour(0xcf3028, 1),
  unknown: colour(0x7d8494, 8),
  busy: colour(0x3f78c9, 4),
  saturated: colour(0xcb5f12, 3),
  queue: colour(0x9a3fb0, 5),
  rate: colour(0x1f8f83, 6),
  latency: colour(0x8a7412, 3),
  onColour: colour(0xffffff, 15),
  // Dark enough to stand out from a white background.
  routes: [
    colour(0x3f78c9, 4),
    colour(0xb8691a, 3),
    colour(0x2f8a4c, 2),
    colour(0xa8468a, 5),
    colour(0x1f87a0, 6),
    colour(0x857411, 8),
    colour(0x7a58c8, 12),
    colour(0xb85048, 1),
  ],
  heat: [
    colour(0xc4dcf2, 7),
    colour(0x8fcfc9, 6),
    colour(0x8fc46a, 2),
    colour(0xe3b92f, 3),
    colour(0xe2762a, 9),
    colour(0xcb2f28, 1),
  ],
};

const highContrast: Colours = {
  ...dark,
  text: colour(0xffffff, 15),
  onBar: colour(0xffffff, 15),
  quiet: colour(0xd0d0d0, 7),
  line: colour(0xa0a0a0, 7),
  accent: colour(0x00ffff, 14),
  selected: colour(0x0000c8, 4),
  bar: colour(0x000000, 0),
  track: colour(0x303030, 8),
  ok: colour(0x00ff5f, 10),
  info: colour(0x00d7ff, 14),
  warning: colour(0xffff00, 11),
  critical: colour(0xff5f5f, 9),
  success: colour(0x00c853, 10),
  redirect: colour(0x00c8ff, 14),
  clientError: colour(0xffe600, 11),
  serverError: colour(0xff4040, 9),
  unknown: colour(0xe0e0e0, 7),
  busy: colour(0x4fa3ff, 12),
  saturated: colour(0xff9100, 11),
  queue: colour(0xff66ff, 13),
  rate: colour(0x00e5d0, 14),
  latency: colour(0xffe600, 11),
  onColour: colour(0x000000, 0),
};

// Palette of Okabe and Ito (2008), made for the three common kinds of colour blindness.
const colourBlind: Colours = {
  ...dark,
  ok: colour(0x56b4e9, 12),
  info: colour(0x56b4e9, 12),
  warning: colour(0xf0e442, 11),
  critical: colour(0xe8762b, 9),
  success: colour(0x0d7ab8, 4),
  redirect: colour(0x56b4e9, 14),
  clientError: colour(0xf0e442, 11),
  serverError: colour(0xd55e00, 9),
  busy: colour(0x0d7ab8, 4),
  saturated: colour(0xe69f00, 3),
  queue: colour(0xcc79a7, 13),
  rate: colour(0x009e73, 2),
  latency: colour(0xf0e442, 11),
  routes: [
    colour(0x0d7ab8, 12),
    colour(0xe69f00, 3),
    colour(0x009e73, 2),
    colour(0xcc79a7, 13),
    colour(0x56b4e9, 14),
    colour(0xf0e442, 11),
    colour(0xd55e00, 9),
    colour(0xa0a0a0, 7),
  ],
  heat: [
    colour(0x16324f, 4),
    colour(0x1f5c8a, 12),
    colour(0x5a8fa8, 6),
    colour(0xbfb36b, 3),
    colour(0xf0c93a, 11),
    colour(0xffe97a, 15),
  ],
};

export const themes = { dark, light, 'high-contrast': highContrast, 'colour-blind': colourBlind } as const;
export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as ThemeName[];

/** What panels draw with: the styles of all meanings, and what the terminal can show. */
export interface Theme {
  readonly name: ThemeName;
  readonly colours: Colours;
  readonly styles: Styles;
  /** true: no colours, so glyphs and attributes must carry the meaning. */
  readonly mono: boolean;
  readonly ascii: boolean;
  readonly text: StyleId;
  readonly strong: StyleId;
  readonly quiet: StyleId;
  readonly line: StyleId;
  readonly accent: StyleId;
  readonly selected: StyleId;
  readonly bar: StyleId;
  readonly barStrong: StyleId;
  readonly barQuiet: StyleId;
  readonly ok: StyleId;
  readonly info: StyleId;
  readonly warning: StyleId;
  readonly critical: StyleId;
  /** Styles of a severity: as coloured text, and as a filled badge. */
  severity(severity: 'ok' | 'info' | 'warning' | 'critical'): { text: StyleId; badge: StyleId };
  /** The colour at `share` (0..1) of the heat ramp. */
  heat(share: number): Colour;
}

export function createTheme(name: ThemeName, depth: ColourDepth, ascii: boolean): Theme {
  const colours = themes[name];
  const styles = createStyles(depth);
  const mono = depth === 0;
  const of = styles.of;
  const badge = (c: Colour) =>
    mono ? of(-1, -1, { inverse: true, bold: true }) : of(colours.onColour, c, { bold: true });
  // In some palettes of 16 colours bright black equals the background; dim text is legible in all of them.
  const isGrey = depth === 16 && ansiOf(colours.quiet) === 8;
  const severities = {
    ok: { text: of(colours.ok), badge: badge(colours.ok) },
    info: { text: of(colours.info), badge: badge(colours.info) },
    warning: { text: of(colours.warning), badge: badge(colours.warning) },
    critical: { text: of(colours.critical, -1, { bold: true }), badge: badge(colours.critical) },
  };
  return {
    name,
    colours,
    styles,
    mono,
    ascii,
    text: of(colours.text),
    strong: of(colours.text, -1, { bold: true }),
    quiet: isGrey || mono ? of(DEFAULT_COLOUR, -1, { dim: true }) : of(colours.quiet),
    line: of(colours.line, -1, mono ? { dim: true } : {}),
    accent: of(colours.accent, -1, { bold: true }),
    selected: mono ? of(-1, -1, { inverse: true }) : of(colours.onBar, colours.selected, { bold: true }),
    bar: of(colours.onBar, colours.bar),
    barStrong: of(colours.onBar, colours.bar, { bold: true }),
    barQuiet: isGrey ? of(colours.onBar, colours.bar, { dim: true }) : of(colours.quiet, colours.bar),
    ok: severities.ok.text,
    info: severities.info.text,
    warning: severities.warning.text,
    critical: severities.critical.text,
    severity: (severity) => severities[severity],
    heat(share) {
      const ramp = colours.heat;
      const at = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * (ramp.length - 1);
      const step = Math.min(ramp.length - 2, Math.floor(at));
      // Four steps between neighbours are enough for the eye and keep the number of styles small.
      return mix(ramp[step], ramp[step + 1], Math.round((at - step) * 4) / 4);
    },
  };
}
