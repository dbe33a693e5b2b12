// Rotated files that were packed: what is read of them, whatever is wrong with them.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HEAD_BYTES } from '../../../src/engine/follow/open-file.ts';
import { headOfPacked, removeUnpacked, unpackRest } from '../../../src/engine/follow/packed-file.ts';
import { packedPaths } from '../../../src/engine/follow/siblings.ts';

const text = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i} of a log\n`).join(''));
let folder = '';
const at = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is known by the first bytes of its text', async () => {
  expect(await headOfPacked(at('a.gz', gzipSync(text)))).toEqual(text.subarray(0, HEAD_BYTES));
  expect(await headOfPacked(at('plain.gz', text))).toBe(null);
  expect(await headOfPacked(at('empty.gz', ''))).toBe(null);
  expect(await headOfPacked(join(folder, 'none.gz'))).toBe(null);
});

it.each([0, 10, HEAD_BYTES, HEAD_BYTES + 1, 300_000, text.length - 1])(
  'is unpacked from byte %i on',
  async (position) => {
    const rest = (await unpackRest(at('b.gz', gzipSync(text)), position)) as string;
    const bytes = readFileSync(rest);
    expect(bytes.length).toBe(text.length);
    expect(bytes.subarray(0, HEAD_BYTES).equals(text.subarray(0, HEAD_BYTES))).toBe(true);
    expect(bytes.subarray(position).equals(text.subarray(position))).toBe(true);
    expect(statSync(rest).mode & 0o777).toBe(0o600);
    removeUnpacked(rest);
    expect(existsSync(dirname(rest))).toBe(false);
  },
);

it('with nothing behind the position is left alone; of a damaged one what can be read is read', async () => {
  expect(await unpackRest(at('c.gz', gzipSync(text)), text.length)).toBe(null);
  expect(await unpackRest(at('d.gz', gzipSync(text)), text.length + 5)).toBe(null);
  const packed = gzipSync(text);
  const rest = (await unpackRest(at('e.gz', packed.subarray(0, packed.length / 2)), 1000)) as string;
  const bytes = readFileSync(rest);
  removeUnpacked(rest);
  expect(bytes.length).toBeGreaterThan(text.length / 4);
  expect(bytes.subarray(1000).equals(text.subarray(1000, bytes.length))).toBe(true);
});

it('is looked for under the names that rotation gives, and no others', async () => {
  const log = at('access.log', '');
  const ours = ['access.log.2.gz', 'access.log-20261128.zst', 'access.log.1.xz', 'access-20261128.log.bz2'];
  for (const name of [...ours, 'access.log.1', 'error.log.2.gz', 'access.log.2.zip', 'access.log.gz']) at(name, '');
  expect((await packedPaths(log)).sort()).toEqual(ours.map((name) => join(folder, name)).sort());
});
