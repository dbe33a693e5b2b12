// How often other numbers are told: seldom enough to be read, and at once where another number on the screen counts the same.
import { expect, it } from 'vitest';
import { SteadyVerdict } from '../../../src/engine/steady-verdict.ts';

const SECOND = 1_000_000;
const say = (sentence: string) => ({ severity: 'info' as const, sentence, confidence: 1 });

it('keeps a sentence for ten seconds, and a count of what has come for none', () => {
  const said = new SteadyVerdict();
  said.find(say('mean wait 16 ms'), 'calm', 0);
  expect(said.find(say('mean wait 17 ms'), 'calm', 5 * SECOND).sentence).toBe('mean wait 16 ms');
  expect(said.find(say('mean wait 18 ms'), 'calm', 10 * SECOND).sentence).toBe('mean wait 18 ms');
  said.find(say('2 requests so far'), 'little', 11 * SECOND, 0);
  expect(said.find(say('21 requests so far'), 'little', 12 * SECOND, 0).sentence).toBe('21 requests so far');
});

it('holds an alarm however often a count changes', () => {
  const said = new SteadyVerdict();
  said.find({ ...say('full'), severity: 'critical' }, 'full', 0);
  expect(said.find(say('3 requests'), 'little', SECOND, 0).sentence).toBe('full');
});
