/** The colours in an escape sequence as RGB, whatever colour depth it was written for. */
import { ansi16, indexed } from './palette.ts';

export interface SgrLooks {
  /** 24-bit RGB; null: the terminal's own colour. */
  readonly text: number | null;
  readonly ground: number | null;
  /** The codes that are not colours. */
  readonly flags: ReadonlySet<number>;
}

/** Parses a sequence such as "\x1b[0;1;38;2;255;0;0m". */
export function looksOfSgr(sequence: string): SgrLooks {
  const codes = sequence.slice(2, -1).split(';').map(Number);
  const flags = new Set<number>();
  let text: number | null = null;
  let ground: number | null = null;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const tens = Math.floor(code / 10) * 10;
    let rgb: number;
    let isGround: boolean;
    if (code === 38 || code === 48) {
      const isDirect = codes[i + 1] === 2;
      rgb = isDirect ? (codes[i + 2] << 16) | (codes[i + 3] << 8) | codes[i + 4] : indexed(codes[i + 2]);
      isGround = code === 48;
      i += isDirect ? 4 : 2;
    } else if ([30, 40, 90, 100].includes(tens) && code % 10 < 8) {
      rgb = ansi16[(code % 10) + (tens >= 90 ? 8 : 0)];
      isGround = tens === 40 || tens === 100;
    } else {
      flags.add(code);
      continue;
    }
    if (isGround) ground = rgb;
    else text = rgb;
  }
  return { text, ground, flags };
}
