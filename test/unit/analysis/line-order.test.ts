// Logs that a viewer exported newest first, or that somebody sorted by another column, are read in the order of time.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lineOrderText } from '../../../src/analysis/line-order.ts';
import { inferLog, partialOfTexts } from '../../helpers/infer-log.ts';
import { createRandom } from '../../helpers/random.ts';

const linesOf = (name: string) =>
  readFileSync(new URL(`../../../sample-logs/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
const written = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const said = (lines: readonly string[]) => lineOrderText(partialOfTexts(written(lines)).retained.table(), 0);

function shuffled(lines: readonly string[], seed: number): string[] {
  const random = createRandom(seed);
  const keyed = lines.map((line) => ({ line, key: random.next() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ line }) => line);
}

describe.each([
  'gunicorn-sync-4-half-loaded.log',
  'gunicorn-sync-3-slow-route-starves-fast.log',
  'gunicorn-gthread-2x8-nearly-full.log',
  'uwsgi-4-default.log',
  'nginx-in-front-of-sync-2.log',
])('%s', (name) => {
  const lines = linesOf(name).filter((line) => line.includes('GET /'));

  it('newest first tells the same as it does in the order of time', () => {
    const { model, workers, capacity, wait } = inferLog(written(lines));
    const reversed = inferLog(written(lines.toReversed()));
    expect(reversed).toMatchObject({ model, workers, capacity, wait: { method: wait.method, mean: wait.mean } });
    expect(said(lines.toReversed())).toContain('newest first');
    expect(said(lines)).toBe(null);
  });
});

it('in no order a worker that runs one request at a time is not told as one that runs many', () => {
  const lines = linesOf('gunicorn-sync-4-half-loaded.log');
  for (const seed of [1, 2, 3]) {
    const { model, modelConfidence, capacity } = inferLog(written(shuffled(lines, seed)));
    if (model !== 'sync') expect(modelConfidence).toBeLessThan(0.6);
    expect([4, null]).toContain(capacity.value);
    expect(said(shuffled(lines, seed))).toContain('no order of time');
  }
});

it('sorted by how long requests took it is sorted by their stamps again', () => {
  const duration = (line: string) => Number(/us=(\d+)/.exec(line)?.[1]);
  const lines = linesOf('gunicorn-sync-4-nearly-full.log').sort((a, b) => duration(b) - duration(a));
  const { model, workers } = inferLog(written(lines));
  expect([model, workers.value]).toEqual(['sync', 4]);
});

it('a clock that was set back in the middle is no other order', () => {
  const lines = linesOf('gunicorn-sync-4-nearly-full.log');
  const back = lines.map((line, k) => (k < 300 ? line.replace(':13:0', ':14:0') : line));
  expect(said(back)).toBe(null);
});

it('requests of a log without ends begin in any order', () => {
  const lines = Array.from({ length: 200 }, (_, k) => {
    const second = 30 + ((k * 7) % 29);
    return `127.0.0.1 - - [20/Nov/2026:13:02:${second} +0000] "GET / HTTP/1.1" 200 5`;
  });
  const table = partialOfTexts(written(lines)).retained.table();
  expect(lineOrderText({ ...table, end: table.end.map(() => Number.NaN), start: table.end }, 0)).toBe(null);
});
