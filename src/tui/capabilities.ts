/** What the terminal can show, and whether somebody uses it: decided once, from the environment. */
import type { ColourDepth } from './style.ts';

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR, and both over what the terminal announces. */
export function colourDepth(env: Environment): ColourDepth {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forcedDepths.get(forced) ?? TRUE_COLOUR;
  if (env.TERM === 'dumb') return 0;
  if (isTrueColour(env)) return TRUE_COLOUR;
  return /-256(color)?$/.test(env.TERM ?? '') || env.TERM_PROGRAM === 'Apple_Terminal' ? 256 : 16;
}

const TRUE_COLOUR = 16_777_216;

/** Values of FORCE_COLOR; any other means true colour. */
const forcedDepths: ReadonlyMap<string, ColourDepth> = new Map([
  ['0', 0],
  ['false', 0],
  ['1', 16],
  ['true', 16],
  ['2', 256],
]);

/** Terminals announce true colour in different ways; some are known only by name. */
const isTrueColour = ({ COLORTERM = '', TERM = '', TERM_PROGRAM = '', WT_SESSION }: Environment): boolean =>
  /^(truecolor|24bit)$/.test(COLORTERM) ||
  /-(truecolor|direct)$/.test(TERM) ||
  WT_SESSION !== undefined ||
  /^(iTerm\.app|WezTerm|vscode|ghostty)$/.test(TERM_PROGRAM) ||
  /^(xterm-kitty|alacritty|foot|wezterm|xterm-ghostty)/.test(TERM);

/** true: the locale uses UTF-8 (an unset locale counts as UTF-8; "C" and "POSIX" do not), and the console can show it. */
export function hasUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (locale !== '' && !/utf-?8/i.test(locale)) return false;
  return env.TERM !== 'linux';
}

export interface Streams {
  readonly stdout: { readonly isTTY?: boolean | undefined };
  readonly env: Environment;
}

/** The output: a screen; the text of `--plain` for a reader on a terminal that cannot draw; or JSON lines for a program. */
export type Form = 'screen' | 'plain' | 'json';

export function formOf({ stdout, env }: Streams, asked: { readonly json?: boolean; readonly plain?: boolean }): Form {
  if (asked.json) return 'json';
  if (asked.plain) return 'plain';
  if (stdout.isTTY !== true) return 'json';
  return env.TERM === 'dumb' ? 'plain' : 'screen';
}
