import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextBuffer } from '../../../src/tui/text-buffer.ts';

describe('TextBuffer', () => {
  it('gives back what was added, of any letters and any length, and begins anew', () => {
    const buffer = new TextBuffer();
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('█', '日本', '👩‍💻', '\x1b[1;1H', 'x'.repeat(40_000)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(buffer.isEmpty).toBe(true);
        for (const one of pieces) buffer.add(one);
        expect(buffer.isEmpty).toBe(pieces.join('') === '');
        expect(buffer.take()).toBe(pieces.join(''));
      }),
    );
  });
});
