// A wait of which the log tells a wide range alone does not stand there as a plain number.
import { expect, it } from 'vitest';
import { unknownWait } from '../../../src/analysis/wait/summarise-waits.ts';
import { queueRange, waitNote, waitText } from '../../../src/tui/wait-text.ts';

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

it('says of a queue between what it lies, in the cells there are', () => {
  expect(queueRange(wide, 25, 6)).toBe('3-200');
  expect(queueRange(wide, 1234, 8)).toBe('120-9.9k');
  expect(queueRange(wide, 1234, 6)).toBe('≤9.9k');
  expect(queueRange(wide, 1.5, 6)).toBe('0-12');
  // Of a part of a caller "0-0" would say that there was none.
  expect(queueRange(wide, 0.03, 6)).toBe('<1');
  expect(queueRange({ ...wide, highMean: Number.POSITIVE_INFINITY }, 25, 6)).toBe('≥3');
  // Never more than can have queued, and never less than was seen.
  expect(queueRange({ ...wide, mostQueued: 144 }, 25, 6)).toBe('3-140');
  expect(queueRange({ ...wide, mostQueued: 20 }, 25, 6)).toBe('3-25');
});

it('says nothing of a queue that is known well, or is none', () => {
  expect([queueRange(narrow, 25, 6), queueRange(wide, 0, 6), queueRange(wide, Number.NaN, 6)]).toEqual(['', '', '']);
});
