// What a terminal, or who reads a report, could be misled by never gets there.
import { describe, expect, it } from 'vitest';
import { printable } from '../../../src/core/text.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('printable text', () => {
  it.each([
    ['C0 controls, ESC among them', range(0x00, 0x1f)],
    ['DEL and C1 controls', range(0x7f, 0x9f)],
    ['marks of direction', [0x061c, 0x200e, 0x200f]],
    ['embeddings and overrides', range(0x202a, 0x202e)],
    ['isolates', range(0x2066, 0x2069)],
    ['separators of lines and paragraphs', [0x2028, 0x2029]],
    ['what has no width', [0x200b, 0x200c, 0x200d, 0x2060, 0xfeff]],
    ['lone surrogates', [0xd800, 0xdbff, 0xdc00, 0xdfff]],
  ])('has no %s', (_, codes) => {
    for (const code of codes) expect(printable(`a${String.fromCharCode(code)}b`), code.toString(16)).toBe('a·b');
  });

  it('is else as it was', () => {
    const text = 'GET /café/日本?q=%20 "ü" 😀 – ~ \u00a0|';
    expect(printable(text)).toBe(text);
  });

  it('is cut where it is long', () => {
    expect(printable('abcdef', 6)).toBe('abcdef');
    expect(printable('abcdefg', 6)).toBe('abcde…');
  });

  it('keeps no half of a pair that it cut', () => {
    expect(printable('abcd😀g', 6)).toBe('abcd·…');
  });
});
