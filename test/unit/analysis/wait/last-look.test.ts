// The numbers of a live view stand still between two longer looks.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { serverInput } from '../../../helpers/infer-log.ts';

const input = serverInput(readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8'));
const mean = (waits: Float64Array): number => {
  const known = waits.filter(Number.isFinite);
  return known.reduce((sum, wait) => sum + wait, 0) / known.length;
};

it('tells what the look told, and holds the waits of single requests to it', () => {
  const look = inferServer({ ...input, effort: 'look' }).wait;
  const alone = inferServer({ ...input, effort: 'live' });
  const held = inferServer({ ...input, effort: 'live', lastLook: { wait: look, inTurn: null } });
  expect(held.wait).toEqual(look);
  expect(alone.wait.mean).not.toBe(look.mean);
  expect(mean(held.requests.wait) / look.mean).toBeCloseTo(mean(alone.requests.wait) / alone.wait.mean, 1);
});

it('tells something else where the window is of another kind', () => {
  const look = { ...inferServer({ ...input, effort: 'look' }).wait, mean: 60_000_000 };
  expect(inferServer({ ...input, effort: 'live', lastLook: { wait: look, inTurn: null } }).wait.mean).not.toBe(
    60_000_000,
  );
});
