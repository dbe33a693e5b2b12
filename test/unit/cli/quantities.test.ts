// Times on a command line: what a bare number means is never guessed where people differ by a factor of a thousand.
import { describe, expect, it } from 'vitest';
import { parseCounts, parseRatio, parseSeconds } from '../../../src/cli/quantities.ts';

describe('a time', () => {
  it.each([
    ['200ms', 0.2],
    ['0.2', 0.2],
    ['5', 5],
    ['200s', 200],
    ['2m', 120],
    ['1.5min', 90],
    ['500us', 0.0005],
    ['.5s', 0.5],
    ['7000µs', 0.007],
  ])('%s is %f s', (text, seconds) => expect(parseSeconds(text)).toBeCloseTo(seconds, 9));

  it.each(['200', '10', '1500.5'])('%s is refused: it may be milliseconds', (text) =>
    expect(() => parseSeconds(text)).toThrow(`"${text}" has no unit: ${text}ms or ${text}s?`),
  );

  it.each(['-5ms', 'soon', '5 h'])('%s is none', (text) => expect(() => parseSeconds(text)).toThrow('is not a time'));
});

describe('a share', () => {
  it.each([
    ['1%', 0.01],
    ['0.01', 0.01],
    ['100 %', 1],
    ['0', 0],
  ])('%s is %f', (text, share) => expect(parseRatio(text)).toBeCloseTo(share, 9));

  it.each(['101%', '1.5', '-1%', 'all'])('%s is none', (text) =>
    expect(() => parseRatio(text)).toThrow('is not a share'),
  );
});

describe('a list of counts', () => {
  it.each<[string, number[]]>([
    ['3,4,6', [3, 4, 6]],
    ['4,4', [4]],
    ['3-6', [3, 4, 5, 6]],
    ['2, 4-6,8', [2, 4, 5, 6, 8]],
  ])('%s', (text, counts) => expect(parseCounts(text)).toEqual(counts));

  it.each(['0', '-1', '3-', '6-3', '1-4096', '1.5', '3,,4', 'a', ''])('%s is none', (text) =>
    expect(() => parseCounts(text)).toThrow(`"${text}" is not a list of whole numbers`),
  );
});
