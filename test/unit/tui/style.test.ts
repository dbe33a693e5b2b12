import { describe, expect, it } from 'vitest';
import { channels, indexed, nearest256 } from '../../../src/tui/palette.ts';
import { colour, createStyles, mix, rgbOf } from '../../../src/tui/style.ts';
import { createTheme, themeNames } from '../../../src/tui/theme.ts';

describe('styles', () => {
  const red = colour(0xff0000, 9);

  it('speak to every depth of colour in its own words', () => {
    expect(createStyles(16_777_216).sequence(createStyles(16_777_216).of(-1))).toBe('\x1b[0m');
    const of = (depth: 0 | 16 | 256 | 16_777_216) => {
      const styles = createStyles(depth);
      return styles.sequence(styles.of(red, colour(0x0000ff, 4), { bold: true }));
    };
    expect(of(16_777_216)).toBe('\x1b[0;1;38;2;255;0;0;48;2;0;0;255m');
    expect(of(256)).toBe('\x1b[0;1;38;5;196;48;5;21m');
    expect(of(16)).toBe('\x1b[0;1;91;44m');
    expect(of(0)).toBe('\x1b[0;1m');
  });

  it('are the same id for the same looks, and 0 for none', () => {
    const styles = createStyles(256);
    expect(styles.of(red)).toBe(styles.of(red));
    expect(styles.of(-1)).toBe(0);
    expect(styles.of(red)).not.toBe(styles.of(red, -1, { dim: true }));
  });

  it('are equal where the terminal shows no difference', () => {
    const styles = createStyles(0);
    expect(styles.of(red)).toBe(styles.of(colour(0x00ff00)));
  });
});

describe('mix', () => {
  it('goes from one colour to the other', () => {
    const [black, white] = [colour(0x000000, 0), colour(0xffffff, 15)];
    expect(rgbOf(mix(black, white, 0))).toBe(0x000000);
    expect(rgbOf(mix(black, white, 1))).toBe(0xffffff);
    expect(rgbOf(mix(black, white, 0.5))).toBe(0x808080);
  });
});

describe('the nearest of 256 colours', () => {
  it('is itself for each of them', () => {
    for (let index = 16; index < 256; index++) expect(indexed(nearest256(indexed(index)))).toBe(indexed(index));
  });

  it('is no black for the ground that lanes are drawn on, in any theme, and a green for a green', () => {
    for (const name of themeNames) {
      const { track } = createTheme(name, 256, false).colours;
      expect([name, nearest256(rgbOf(track))]).not.toEqual([name, 16]);
    }
    const [r, g, b] = channels(indexed(nearest256(0x4caa6c)));
    expect(g).toBeGreaterThan(Math.max(r, b));
  });
});
