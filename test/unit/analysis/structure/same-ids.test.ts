// A process id that is started again at once, and did not end, is that of another server's process.
import { expect, it } from 'vitest';
import type { Declared } from '../../../../src/analysis/structure/declared.ts';
import { sameIds } from '../../../../src/analysis/structure/same-ids.ts';
import { exactly, type Structure } from '../../../../src/analysis/structure/structure.ts';
import type { LifecycleEvent, LifecycleKind } from '../../../../src/core/lifecycle.ts';

const event = (kind: LifecycleKind, worker: string | null, seconds: number): LifecycleEvent => ({
  kind,
  worker,
  time: 1_700_000_000_000_000 + seconds * 1_000_000,
  value: null,
  text: null,
  offset: 0,
  source: 0,
});
const seen = (model: Structure['model'], confidence: number): Structure => ({
  model,
  confidence,
  method: 'requests of one process overlap',
  threads: exactly(2, confidence, ''),
  capacity: exactly(4, confidence, ''),
  unbounded: false,
});
const declared = (model: Declared['model']) => ({ model, method: 'it says that it is sync' }) as Declared;
const told = (...events: LifecycleEvent[]) => sameIds(events, seen('sync', 0.9), declared(null));

it('twice within 2 s is two', () => {
  expect(told(event('boot', '7', 0), event('boot', '8', 0), event('boot', '7', 1))).toMatch(
    /^process 7 was started twice/,
  );
  expect(told(event('boot', '7', 0), event('boot', '8', 0), event('boot', '7', 1), event('boot', '8', 1))).toMatch(
    /^processes 7 and 8 were started twice/,
  );
});

it('once, or later again, is one', () => {
  expect(told(event('boot', '7', 0), event('boot', '8', 1))).toBe(null);
  expect(told(event('boot', '7', 0), event('boot', '7', 60))).toBe(null);
});

it('again after its end is one, and after the end of all of them', () => {
  expect(told(event('boot', '7', 0), event('exit', '7', 0.5), event('boot', '7', 1))).toBe(null);
  expect(told(event('boot', '7', 0), event('shutdown', null, 0.5), event('boot', '7', 1))).toBe(null);
});

it('the end of another one is not its own', () => {
  expect(told(event('boot', '7', 0), event('boot', '8', 0), event('exit', '8', 0.5), event('boot', '7', 1))).toMatch(
    /^process 7 was/,
  );
});

it('so are workers that run one request at a time, and yet several for sure', () => {
  expect(sameIds([], seen('threaded', 0.9), declared('sync'))).toBe(
    'it says that it is sync, whose workers run one request at a time, yet requests of one process overlap',
  );
  expect(sameIds([], seen('threaded', 0.7), declared('sync'))).toBe(null);
  expect(sameIds([], seen('threaded', 0.9), declared(null))).toBe(null);
});
