// Who reads: a person at a terminal that can draw, one at a terminal that cannot, or a program.
import { expect, it } from 'vitest';
import { formOf } from '../../../src/tui/capabilities.ts';

it('prints JSON for programs only', () => {
  const form = (isTTY: boolean, TERM: string, asked: { json?: boolean; plain?: boolean } = {}) =>
    formOf({ stdout: { isTTY }, env: { TERM } }, asked);
  expect(form(true, 'xterm')).toBe('screen');
  expect(form(true, 'dumb')).toBe('plain');
  expect(form(false, 'xterm')).toBe('json');
  expect(form(false, 'dumb')).toBe('json');
  expect([form(true, 'xterm', { plain: true }), form(false, 'xterm', { plain: true })]).toEqual(['plain', 'plain']);
  expect([form(true, 'xterm', { json: true }), form(true, 'dumb', { json: true })]).toEqual(['json', 'json']);
});
