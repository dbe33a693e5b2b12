import { expect, it } from 'vitest';
import { momentsBetween, momentsOf } from '../../../src/core/moments.ts';

const at = (text: string): number => 1000 * Date.parse(text);
const morning = at('2026-11-21T11:36:00Z');
const later = at('2026-11-21T11:54:48Z');

it('tells the clock alone in a log of one day', () => {
  const moments = momentsBetween(at('2026-11-21T00:00:00Z'), at('2026-11-21T23:59:59Z'));
  expect(moments.at(morning)).toBe('11:36:00');
  expect(moments.span(morning, later)).toBe('11:36:00 to 11:54:48');
});

it('tells the day where the log is of more than one, once where both are of the same', () => {
  const moments = momentsOf({ from: '2026-11-20T00:00:00+00:00', to: '2026-11-23T00:00:00+00:00', seconds: 259_200 });
  expect(moments.at(morning)).toBe('2026-11-21 11:36:00');
  expect(moments.span(morning, later)).toBe('2026-11-21 11:36:00 to 11:54:48');
  expect(moments.span(morning, at('2026-11-22T00:01:00Z'))).toBe('2026-11-21 11:36:00 to 2026-11-22 00:01:00');
});

it('tells an instant that is no date as "?"', () => {
  expect(momentsBetween(morning, later).at(Number.NaN)).toBe('?');
  expect(momentsBetween(0, later).at(Number.NaN)).toBe('?');
  expect(momentsOf({ from: null, to: null, seconds: null }).at(morning)).toBe('11:36:00');
});
