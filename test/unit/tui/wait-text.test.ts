// A wait of which the log tells a wide range alone does not stand there as a plain number.
import { expect, it } from 'vitest';
import { unknownWait } from '../../../src/analysis/wait/summarise-waits.ts';
import { waitNote, waitText } from '../../../src/tui/wait-text.ts';

const SECOND = 1_000_000;
const inferred = { ...unknownWait('histories'), method: 'inferred' as const, mean: SECOND };
const wide = { ...inferred, lowMean: SECOND / 10, highMean: 8 * SECOND };
const narrow = { ...inferred, lowMean: 0.6 * SECOND, highMean: 2 * SECOND };

it('says how far off it may be', () => {
  expect(waitText(wide, 2 * SECOND)).toBe('~2.00s');
  expect(waitNote(wide, 2 * SECOND)).toBe('(200ms to 16.0s fit, inferred)');
});

it('is a number where the log tells one, and nothing where it tells none', () => {
  expect([waitText(narrow, 2 * SECOND), waitNote(narrow, 2 * SECOND)]).toEqual(['2.00s', 'inferred']);
  expect(waitText({ ...wide, method: 'measured' }, 2 * SECOND)).toBe('2.00s');
  expect(waitText(wide, 0)).not.toContain('~');
  expect(waitNote(wide, Number.NaN)).toBe('');
});
