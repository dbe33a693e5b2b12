import fc from 'fast-check';
import { eastAsianWidth } from 'get-east-asian-width';
import { describe, expect, it } from 'vitest';
import { cellWidth, clip, clipWords, clustersOf, cut, wrap } from '../../../src/tui/width.ts';

describe('cellWidth', () => {
  it.each([
    ['', 0],
    ['GET /io', 7],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['│▄█', 3],
  ])('of %j is %i', (text, cells) => {
    expect(cellWidth(text)).toBe(cells);
  });
});

describe('clipWords', () => {
  it('keeps whole words and numbers, unless too little of the room would be used', () => {
    expect(clipWords('stands still for 860 ms', 23)).toBe('stands still for 860 ms');
    expect(clipWords('stands still for 860 ms', 20)).toBe('stands still for …');
    expect(clipWords('stands still for 860 ms', 22)).toBe('stands still for …');
    expect(clipWords('a/very/long/route/without/an/end', 20)).toBe('a/very/long/route/w…');
    expect(clipWords('a /very/long/route/without/an/end', 20)).toBe('a /very/long/route/…');
  });
});

describe('clip', () => {
  it('leaves what fits, and says where something is missing', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('ab…');
    expect(clip('日本語', 4)).toBe('日…');
    expect(clip('abc', 0)).toBe('');
  });

  it('never takes more cells than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, columns) => {
        expect(cellWidth(clip(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('clustersOf', () => {
  it('drops marks that stand alone', () => {
    expect(clustersOf('a\u0301').map(({ text }) => text)).toEqual(['á']);
    expect(clustersOf('\u0301a').map(({ text }) => text)).toEqual(['a']);
  });
});

describe('signs that are taken for plain', () => {
  it('are what the tables of Unicode say of them: one cell each, joined to no neighbour', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const wrong: string[] = [];
    for (let code = 0x20; code < 0x10000; code++) {
      const text = String.fromCharCode(code);
      // A text of such signs alone is measured by its length.
      const pair = `${text}${text}`;
      if (cellWidth(pair) !== 2 || clustersOf(pair).length !== 2) continue;
      const isPlain =
        [...segmenter.segment(pair)].length === 2 &&
        eastAsianWidth(code) === 1 &&
        !/[\p{Mark}\p{Default_Ignorable_Code_Point}]/u.test(text) &&
        pair.normalize('NFC') === pair;
      const isShownElsewise = clustersOf(pair).some((cluster) => cluster.text !== text);
      if (!isPlain && !isShownElsewise) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe('wrap', () => {
  it('parts a raw line at blanks where that leaves no short row, and loses none of its letters', () => {
    expect(cut('GET /fast pid=<17656> us=1500899', 26)).toEqual(['GET /fast pid=<17656> ', 'us=1500899']);
    expect(cut('GET /aaaaaaaaaaaaaaaaaaaaaaaaaaa', 12)).toEqual(['GET /aaaaaaa', 'aaaaaaaaaaaa', 'aaaaaaaa']);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '日') }),
        fc.integer({ min: 2, max: 9 }),
        (text, columns) => {
          const pieces = cut(text, columns);
          expect(pieces.join('')).toBe(text);
          for (const piece of pieces) expect(cellWidth(piece)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it('breaks at spaces and cuts a word that is too long', () => {
    expect(wrap('four sync workers', 9)).toEqual(['four sync', 'workers']);
    expect(wrap('abcdefghij kl', 5)).toEqual(['abcd…', 'kl']);
    expect(wrap('', 5)).toEqual([]);
  });

  it('leaves numbers with their units, and what is not to be parted', () => {
    expect(wrap('range 0 s to 688 ms, or more', 17)).toEqual(['range 0 s to', '688 ms, or more']);
    expect(wrap('of 4 sync workers', 7)).toEqual(['of 4', 'sync', 'workers']);
    expect(wrap('would end it. (90 %\u00a0sure)', 17)).toEqual(['would end it.', '(90 % sure)']);
  });
});
