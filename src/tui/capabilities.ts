/** What the terminal can show and whether somebody sits at it: decided once, from the environment. */
import type { ColourDepth } from './style.ts';

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR, both over what the terminal says of itself. */
export function colourDepth(env: Environment): ColourDepth {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') {
    if (forced === '0' || forced === 'false') return 0;
    if (forced === '1' || forced === 'true') return 16;
    return forced === '2' ? 256 : 16_777_216;
  }
  const term = env.TERM ?? '';
  if (term === 'dumb') return 0;
  if (/^(truecolor|24bit)$/.test(env.COLORTERM ?? '') || /-(truecolor|direct)$/.test(term)) return 16_777_216;
  if (env.WT_SESSION !== undefined || /^(iTerm\.app|WezTerm|vscode|ghostty)$/.test(env.TERM_PROGRAM ?? ''))
    return 16_777_216;
  if (/^(xterm-kitty|alacritty|foot|wezterm|xterm-ghostty)/.test(term)) return 16_777_216;
  if (/-256(color)?$/.test(term) || env.TERM_PROGRAM === 'Apple_Terminal') return 256;
  return 16;
}

/** The locale speaks UTF-8 (unset locales are taken as UTF-8; "C" and "POSIX" are not), and the console can. */
export function hasUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (locale !== '' && !/utf-?8/i.test(locale)) return false;
  return env.TERM !== 'linux';
}

export interface Streams {
  readonly stdout: { readonly isTTY?: boolean | undefined };
  readonly env: Environment;
}

/** A screen can be drawn; else the stream of JSON lines is printed. */
export const isInteractive = ({ stdout, env }: Streams): boolean => stdout.isTTY === true && env.TERM !== 'dumb';
