/** The characters that bars and charts are made of, for terminals with Unicode and without. */

/** Filled from the left: index = eighths of the cell, 0..8. */
const leftEighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;
/** Filled from the bottom. */
const lowerEighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const asciiLeft = [' ', ' ', '-', '-', '=', '=', '#', '#', '#'] as const;
const asciiLower = [' ', '.', '.', ':', ':', '|', '|', '#', '#'] as const;

export interface Glyphs {
  readonly left: readonly string[];
  readonly lower: readonly string[];
  /** A request whose start and end the log states; one whose start was inferred; and a time in which it is uncertain what ran. */
  readonly logged: string;
  readonly inferred: string;
  readonly uncertain: string;
  /** For a request next to another one of the same colour, where colours cannot separate them. */
  readonly alternate: string;
  readonly idle: string;
  readonly notYet: string;
  /** A request that was lost when its worker was killed. */
  readonly lost: string;
  readonly horizontal: string;
  readonly vertical: string;
  readonly tick: string;
  readonly cursor: string;
  readonly dot: string;
  readonly hollow: string;
  readonly boot: string;
  readonly exit: string;
  readonly recycle: string;
  readonly timeout: string;
  readonly killed: string;
  readonly other: string;
  readonly atLeast: string;
  readonly up: string;
  /** After the title of the column by which a list is sorted. */
  readonly ascending: string;
  readonly descending: string;
  readonly right: string;
  readonly pause: string;
  readonly play: string;
  readonly ellipsis: string;
  readonly cross: string;
  readonly check: string;
  readonly warn: string;
  readonly info: string;
}

const unicode: Glyphs = {
  left: leftEighths,
  lower: lowerEighths,
  logged: '█',
  inferred: '▓',
  uncertain: '▒',
  alternate: '▓',
  idle: ' ',
  notYet: '·',
  lost: '░',
  horizontal: '─',
  vertical: '│',
  tick: '┴',
  cursor: '│',
  dot: '●',
  hollow: '○',
  boot: '▲',
  exit: '▼',
  recycle: '↻',
  timeout: '✖',
  killed: '†',
  other: '◆',
  atLeast: '≥',
  up: '↑',
  ascending: '↑',
  descending: '↓',
  right: '→',
  pause: '‖',
  play: '▶',
  ellipsis: '…',
  cross: '✖',
  check: '✔',
  warn: '!',
  info: 'i',
};

const plain: Glyphs = {
  left: asciiLeft,
  lower: asciiLower,
  logged: '#',
  inferred: '+',
  uncertain: '~',
  alternate: '=',
  idle: ' ',
  notYet: '?',
  lost: ':',
  horizontal: '-',
  vertical: '|',
  tick: '+',
  cursor: '|',
  dot: '*',
  hollow: 'o',
  boot: '^',
  exit: 'v',
  recycle: 'R',
  timeout: 'X',
  killed: 'K',
  other: '!',
  atLeast: '>',
  up: '^',
  // With a space, or they would look like letters of the title.
  ascending: ' ^',
  descending: ' v',
  right: '>',
  pause: '||',
  play: '>',
  ellipsis: '...',
  cross: 'X',
  check: '*',
  warn: '!',
  info: 'i',
};

export const glyphsFor = (ascii: boolean): Glyphs => (ascii ? plain : unicode);
