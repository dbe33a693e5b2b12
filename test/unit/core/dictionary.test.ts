import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDictionary } from '../../../src/core/dictionary.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('a dictionary', () => {
  it('keeps the texts that are needed, in their order, and forgets the others, again and again', () => {
    const step = fc.record({
      texts: fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 80 }),
      every: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const dictionary = createDictionary();
        let known: string[] = [];
        for (const { texts, every } of steps) {
          for (const text of texts) dictionary.add(text);
          known = [...new Set([...known, ...texts])];
          const isNeeded = new Uint8Array(known.length + 3).map((_, id) => (id % every === 0 ? 1 : 0));
          const hashes = known.map((_, id) => dictionary.hash(id));
          const newIds = [...dictionary.keepOnly(isNeeded)];
          const kept = known.filter((_, id) => id % every === 0);
          expect(newIds).toEqual(known.map((text, id) => (id % every === 0 ? kept.indexOf(text) : -1)));
          expect(dictionary.size).toBe(kept.length);
          expect(kept.map((_, id) => dictionary.text(id))).toEqual(kept);
          expect(kept.map((_, id) => dictionary.hash(id))).toEqual(hashes.filter((_, id) => id % every === 0));
          expect(known.map((text) => dictionary.find(text))).toEqual(known.map((text) => kept.indexOf(text)));
          known = kept;
        }
      }),
    );
  });

  it('tells what a text begins with', () => {
    const dictionary = createDictionary();
    const ids = ['GET /', 'POST /', 'GET', ''].map((text) => dictionary.add(text));
    expect(ids.map((id) => dictionary.begins(id, bytesOf('GET ')))).toEqual([true, false, false, false]);
    expect(dictionary.begins(ids[1], bytesOf('POST /'))).toBe(true);
    expect(dictionary.begins(4, bytesOf(''))).toBe(false);
    expect(dictionary.begins(-1, bytesOf('G'))).toBe(false);
  });
});
