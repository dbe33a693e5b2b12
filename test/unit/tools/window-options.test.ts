import { describe, expect, it } from 'vitest';
import { askedWindow, parseBound, parseSpan } from '../../../src/cli/window-options.ts';
import { resolveWindow } from '../../../src/engine/window.ts';

const utc = (text: string) => Date.parse(text) * 1000;

describe('times on the command line', () => {
  it('are dates with and without a zone', () => {
    for (const text of [
      '2026-03-01T17:04:15+01:00',
      '2026-03-01 16:04:15Z',
      '2026-03-01t16:04:15 +0000',
      '01/Mar/2026:17:04:15 +0100',
      '[01/Mar/2026:16:04:15 +0000]',
      '1772381055',
      '1772381055000',
      '1772381055000000',
    ]) {
      expect(parseBound(text), text).toEqual({ kind: 'instant', micros: utc('2026-03-01T16:04:15Z') });
    }
    expect(parseBound('2026-03-01')).toEqual({ kind: 'wall', micros: utc('2026-03-01T00:00:00Z') });
    expect(parseBound('2026-03-01 17:04')).toEqual({ kind: 'wall', micros: utc('2026-03-01T17:04:00Z') });
    expect(parseBound('2026-03-01T17:04:15.25')).toEqual({ kind: 'wall', micros: utc('2026-03-01T17:04:15.250Z') });
  });

  it('are times of the last day, and lengths of time before the end', () => {
    expect(parseBound('7:04')).toEqual({ kind: 'clock', micros: (7 * 60 + 4) * 60e6 });
    expect(parseBound('17:04:15')).toEqual({ kind: 'clock', micros: ((17 * 60 + 4) * 60 + 15) * 1e6 });
    expect(parseBound('1h30m')).toEqual({ kind: 'before-end', micros: 5400e6 });
    expect(parseSpan('15m')).toBe(900e6);
    expect(parseSpan('90s')).toBe(90e6);
    expect(parseSpan('1d')).toBe(86_400e6);
  });

  it('are refused when they are none, with examples', () => {
    for (const text of ['', 'yesterday', '2026-02-30', '25:00', '2026-03-01T24:61', '15', '-15m', '32/Foo/2026']) {
      expect(() => parseBound(text), text).toThrow(/such as/);
    }
    expect(() => parseSpan('17:04')).toThrow(/such as/);
    expect(() => parseSpan('0s')).toThrow(/such as/);
    expect(() => askedWindow({ since: parseBound('7:04'), last: 1e6 })).toThrow(/give one of them/);
    expect(askedWindow({})).toBeNull();
  });

  it('without a zone are of the zone given', async () => {
    const asked = { since: parseBound('2026-03-01 17:04'), until: parseBound('2026-03-01T17:04:00+00:00') };
    const window = await resolveWindow([], asked, { formats: [], timezone: 'Europe/Paris' });
    expect(window).toEqual({ from: utc('2026-03-01T16:04:00Z'), to: utc('2026-03-01T17:04:00Z') });
    await expect(resolveWindow([], asked, { formats: [], timezone: 'America/New_York' })).rejects.toThrow(
      /is not after --since/,
    );
  });
});
