// Compressed logs are read like plain ones, whatever is wrong with them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';
import { compressionOf } from '../../../src/ingest/decompress.ts';
import { explain } from '../../../src/ingest/explain.ts';
import { readInput } from '../../../src/ingest/read-input.ts';

const text = Array.from(
  { length: 400 },
  (_, i) =>
    `203.0.113.7 - - [29/Oct/2024:17:04:${String(i % 60).padStart(2, '0')} +0000] "GET /view-${i % 7} HTTP/1.1" 200 6 "-" "-"\n`,
).join('');
const half = text.length / 2;
// Each in two streams one behind the other, as log rotation with appending leaves them.
const packed = {
  gzip: Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]),
  ...Object.fromEntries(
    ['bzip2', 'xz', 'zstd'].map((name) => [
      name,
      readFileSync(join(import.meta.dirname, 'packed', `400-lines.log.${name}`)),
    ]),
  ),
};

describe('compressed logs', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (bytes: Uint8Array) => {
    writeFileSync(at('log'), bytes);
    const parser = createParser({
      path: 'log',
      source: 0,
      names: createNames(),
      formats,
      sink: { batch: () => {}, lifecycle: () => {} },
    });
    const said: string[] = [];
    await readInput(at('log'), parser, { onDamage: (sentence) => said.push(sentence) });
    return { report: parser.report(), said };
  };

  for (const [name, bytes] of Object.entries(packed)) {
    it(`${name}: told by its content, and read to the end of its last stream`, async () => {
      expect(compressionOf(bytes)).toBe(name);
      const { report, said } = await read(bytes);
      expect(report).toEqual((await read(Buffer.from(text))).report);
      expect(said).toEqual([]);
    });

    it(`${name}: explained`, async () => {
      writeFileSync(at(`explained.${name}`), bytes);
      const { kinds, complete } = await explain(at(`explained.${name}`), { formats });
      expect(kinds[0]).toMatchObject({ format: 'combined', lines: 400 });
      expect(complete).toBe(true);
    });

    it(`${name}: cut off anywhere, gives what stood before and says so`, async () => {
      let last = -1;
      for (const share of [0.6, 0.8, 0.97]) {
        const { report, said } = await read(bytes.subarray(0, Math.floor(bytes.length * share)));
        expect(report.requests).toBeGreaterThanOrEqual(Math.max(200, last));
        expect(report.requests).toBeLessThanOrEqual(400);
        // The line in which it ends is no line of another kind.
        expect(report.assumptions.filter((sentence) => sentence.startsWith('lines of several kinds'))).toEqual([]);
        expect(said).toHaveLength(1);
        expect(said[0]).toContain('is damaged or cut off');
        expect(report.assumptions).toContain(said[0]);
        last = report.requests;
      }
      await expect(read(bytes.subarray(0, 12))).rejects.toThrow(/damaged or cut off.*nothing could be read/);
    });

    it(`${name}: damaged anywhere, ends`, async () => {
      for (let i = 6; i < bytes.length; i += Math.ceil(bytes.length / 12)) {
        const damaged = Buffer.from(bytes);
        damaged.fill(0xa5, i, i + 8);
        const result = await read(damaged).catch((error: Error) => error);
        expect(result instanceof Error ? result.message : result.report.requests).toBeTruthy();
      }
    });
  }

  it('that unpack to very much need no more memory than others', async () => {
    const before = process.memoryUsage().rss;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const bomb = readFileSync(join(import.meta.dirname, 'packed/150-mb-of-nul.bz2'));
    await expect(read(bomb)).rejects.toThrow(/is not text/);
    peak = Math.max(peak, process.memoryUsage().rss);
    clearInterval(watch);
    expect(bomb.length).toBeLessThan(500);
    expect((peak - before) / 1e6).toBeLessThan(100);
  });
});
