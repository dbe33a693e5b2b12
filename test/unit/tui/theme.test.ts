import { describe, expect, it } from 'vitest';
import { rgbOf } from '../../../src/tui/style.ts';
import { createTheme, themeNames, themes } from '../../../src/tui/theme.ts';

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(rgb: number): number {
  const [r, g, b] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255].map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: number, b: number): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe('themes', () => {
  it.each(themeNames)('%s: text on its own backgrounds can be read, whatever the ground of the terminal is', (name) => {
    const { onBar, selected, bar } = themes[name];
    for (const ground of [selected, bar]) expect(contrast(rgbOf(onBar), rgbOf(ground))).toBeGreaterThan(7);
    const theme = createTheme(name, 16_777_216, false);
    // Both colours are named where one of them is.
    for (const style of [theme.bar, theme.barStrong, theme.selected]) {
      expect(theme.styles.sequence(style)).toMatch(/38;2;.*48;2;/);
    }
  });

  // WCAG 2.2, 1.4.3 and 1.4.11: text at 4.5:1, what is drawn at 3:1. Of the scale from calm to hot the calm end is near the ground.
  it.each([
    ['dark', [0x000000, 0x1e1e1e]],
    ['light', [0xffffff, 0xfdf6e3]],
    ['high-contrast', [0x000000]],
    ['colour-blind', [0x000000, 0x1e1e1e]],
  ] as const)('%s: words and bars stand out from the usual grounds of terminals', (name, grounds) => {
    const { quiet, accent, ok, info, warning, critical, routes, ...drawn } = themes[name];
    const { success, redirect, clientError, serverError, unknown, busy, saturated, queue, rate, latency } = drawn;
    const bars = [success, redirect, clientError, serverError, unknown, busy, saturated, queue, rate, latency];
    for (const ground of grounds) {
      for (const words of [quiet, accent, ok, info, warning, critical])
        expect(contrast(rgbOf(words), ground)).toBeGreaterThan(4.5);
      for (const bar of [...bars, ...routes]) expect(contrast(rgbOf(bar), ground)).toBeGreaterThan(3);
    }
  });

  it('has quiet text that can be read in any palette of 16 colours: the brighter black is the ground of some', () => {
    for (const name of themeNames) {
      const { styles, quiet } = createTheme(name, 16, false);
      expect(styles.sequence(quiet)).not.toContain('90');
    }
  });
});
