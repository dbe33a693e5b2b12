/** The 256 colours of a terminal, and which of them is most similar to a given colour. */
/** The RGB values of the 16 colours in xterm's default palette, used to find the nearest. */
export const ansi16 = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/** Levels of each channel in the 6×6×6 colour cube. */
const cube = [0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff];

/** The RGB value of one of the 256 colours: the 16, then the cube, then the greys. */
export function indexed(index: number): number {
  if (index < 16) return ansi16[index];
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const at = index - 16;
  return (cube[Math.floor(at / 36)] << 16) | (cube[Math.floor(at / 6) % 6] << 8) | cube[at % 6];
}

export const channels = (rgb: number): [number, number, number] => [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255];

/** Linear light of a channel 0..255 (sRGB). */
export const linear = (value: number): number => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** The colour in OKLab (Ottosson 2020), where equal distances look equally different. */
function perceived(rgb: number): [lightness: number, a: number, b: number] {
  const [r, g, b] = channels(rgb).map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Only the cube and the greys are used: the first 16 depend on the user's settings. */
const FIRST = 16;

/** The perceived colours, three numbers each; filled when the first one is asked for. */
const palette = new Float64Array(3 * (256 - FIRST));
/** What was found, by RGB: the styles of a screen use few colours, each of them many times. */
const found = new Map<number, number>();

/** The perceptually nearest colour. Compared channel by channel, tinted dark greys would become black. */
export function nearest256(rgb: number): number {
  const known = found.get(rgb);
  if (known !== undefined) return known;
  if (found.size === 0) for (let i = FIRST; i < 256; i++) palette.set(perceived(indexed(i)), 3 * (i - FIRST));
  const nearest = FIRST + placeOfNearest(perceived(rgb));
  found.set(rgb, nearest);
  return nearest;
}

/** A loop and no callbacks: it runs for each colour of the first picture. */
function placeOfNearest([lightness, a, b]: ReturnType<typeof perceived>): number {
  let place = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < palette.length; i += 3) {
    const distance = (palette[i] - lightness) ** 2 + (palette[i + 1] - a) ** 2 + (palette[i + 2] - b) ** 2;
    if (distance < least) {
      least = distance;
      place = i / 3;
    }
  }
  return place;
}
