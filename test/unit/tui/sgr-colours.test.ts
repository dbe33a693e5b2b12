// A picture of a screen keeps its colours, however few of them the terminal has.
import { expect, it } from 'vitest';
import { looksOfSgr } from '../../../src/tui/sgr-colours.ts';
import { colour, createStyles } from '../../../src/tui/style.ts';

it.each([16, 256, 16_777_216] as const)('reads text and ground of a style of %i colours', (depth) => {
  const styles = createStyles(depth);
  const red = colour(0xff0000, 9);
  const blue = colour(0x0000ff, 4);
  const { text, ground, flags } = looksOfSgr(styles.sequence(styles.of(red, blue, { bold: true, inverse: true })));
  expect(text).toBe(0xff0000);
  expect(ground).toBe(depth === 16 ? 0x0000ee : 0x0000ff);
  expect(flags.has(1) && flags.has(7)).toBe(true);
});

it('reads greys, dark colours, and what is no colour', () => {
  expect(looksOfSgr('\x1b[0;38;5;244m').text).toBe(0x808080);
  expect(looksOfSgr('\x1b[0;31;102m')).toEqual({ text: 0xcd0000, ground: 0x00ff00, flags: new Set([0]) });
  expect(looksOfSgr('\x1b[0;2m')).toEqual({ text: null, ground: null, flags: new Set([0, 2]) });
});
