// A log that is given twice is counted once, and the report says so; logs that only look alike are not taken for copies.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { postMortem } from '../../src/engine/post-mortem.ts';

const folder = mkdtempSync(join(tmpdir(), 'logscope-copies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const original = join(import.meta.dirname, '../../sample-logs/gunicorn-sync-4-half-loaded.log');
const summaryOf = async (...paths: string[]) => (await postMortem(paths, { formats })).summary;

it('counts a copy once, whatever it is called', async () => {
  const copy = join(folder, 'copied.log');
  copyFileSync(original, copy);
  const once = await summaryOf(original);
  const twice = await summaryOf(original, copy);
  for (const part of ['requests', 'server', 'wait', 'concurrency'] as const) expect(twice[part]).toEqual(once[part]);
  expect(twice.inputs[1].assumptions.join()).toContain('it is a copy of');
  const same = await summaryOf(original, original);
  expect(same.requests).toEqual(once.requests);
  expect(same.inputs[1].assumptions).toContain('it is given more than once: counted once');
});

it.each([
  ['status', '" 200 ', '" 500 '],
  ['size', / 200 \d+ /, ' 200 4711 '],
  ['duration', /us=\d+/, 'us=471100'],
  ['process', /pid=<?\d+/, 'pid=4711'],
  ['route', ' /net ', ' /other '],
])('takes no log for a copy that differs in the %s of one line', async (_, from, to) => {
  const other = join(folder, 'other.log');
  const text = readFileSync(original, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(other, changed);
  const once = await summaryOf(original);
  expect((await summaryOf(original, other)).requests.total).toBe(2 * once.requests.total);
});

it('keeps two servers apart that answer the same checks', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, k) =>
      `10.0.0.9 - - [28/Nov/2026:10:00:${String(k).padStart(2, '0')} +0000] "GET /health HTTP/1.1" 200 2 "-" "kube-probe/1.29"\n`,
  ).join('');
  const paths = ['a.log', 'b.log'].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, lines);
  const { requests } = await summaryOf(...paths);
  expect(requests.total).toBe(80);
});
