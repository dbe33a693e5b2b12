// Compressed logs are read like plain ones, whatever is wrong with them.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';
import { type Compression, compressionOf, decompress } from '../../../src/ingest/decompress.ts';
import { explain } from '../../../src/ingest/explain.ts';
import { readInput } from '../../../src/ingest/read-input.ts';

const text = Array.from(
  { length: 400 },
  (_, i) =>
    `203.0.113.7 - - [29/Oct/2024:17:04:${String(i % 60).padStart(2, '0')} +0000] "GET /view-${i % 7} HTTP/1.1" 200 6 "-" "-"\n`,
).join('');
const half = text.length / 2;
// Each in two streams one behind the other, as log rotation with appending leaves them.
const ofOthers = Object.fromEntries(
  (['bzip2', 'xz', 'zstd'] as const).map((name) => [
    name,
    readFileSync(join(import.meta.dirname, 'packed', `400-lines.log.${name}`)),
  ]),
) as Record<'bzip2' | 'xz' | 'zstd', Buffer>;
const packed = { gzip: Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]), ...ofOthers };

async function unpackedIn(size: number, all: Buffer, compression: Compression): Promise<Buffer> {
  const given: Uint8Array[] = [];
  const pieces = async function* () {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
  };
  await decompress(pieces(), compression, (piece) => given.push(Uint8Array.from(piece)));
  return Buffer.concat(given);
}

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

  for (const name of ['gzip', 'bzip2'] as const) {
    const bytes = packed[name];
    const log = Buffer.from(text);

    it(`${name}: padding behind a stream is none of it, and the streams behind that are read`, async () => {
      const whole = (await read(log)).report;
      const zeros = Buffer.alloc(5000);
      expect((await read(Buffer.concat([bytes, zeros]))).report).toEqual(whole);
      const twice = await read(Buffer.concat([bytes, zeros, bytes, zeros]));
      expect(twice.report.requests).toBe(800);
      expect(twice.said).toEqual([]);
    });

    it(`${name}: what follows and is none is told, and every line before it counts`, async () => {
      for (const rest of ['x', 'BZ', 'no gzip', text]) {
        const { report, said } = await read(Buffer.concat([bytes, Buffer.from(rest)]));
        expect(report.requests).toBe(400);
        expect(said).toHaveLength(1);
      }
    });

    it(`${name}: the same however its bytes come`, async () => {
      const all = Buffer.concat([bytes, Buffer.alloc(7), bytes]);
      for (const size of [1, 2, 3, 7, 100, bytes.length, bytes.length + 1]) {
        expect((await unpackedIn(size, all, name)).toString()).toBe(text + text);
      }
    });
  }

  it('gzip: a checksum or a length that does not fit is told, and every line counts', async () => {
    for (const behind of [5, 1]) {
      const bytes = Buffer.from(packed.gzip);
      bytes[bytes.length - behind] ^= 1;
      const { report, said } = await read(bytes);
      expect(report.requests).toBe(400);
      expect(said).toHaveLength(1);
    }
  });

  it('gzip: pieces of any size, packed into more than one comes at once', async () => {
    const plain = randomBytes(3_000_000);
    for (const size of [1 << 16, 1 << 18, 10_000_000]) {
      const unpacked = await unpackedIn(size, Buffer.concat([gzipSync(plain), gzipSync(text)]), 'gzip');
      expect(unpacked.equals(Buffer.concat([plain, Buffer.from(text)]))).toBe(true);
    }
    // A name without end.
    const endless = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(300_000, 0x61)]);
    await expect(unpackedIn(1000, endless, 'gzip')).rejects.toThrow(/incorrect header/);
  });

  it('gzip: with a name, a comment, an extra field and a checksum in its header', async () => {
    const plain = gzipSync(text);
    const header = Buffer.from([...plain.subarray(0, 3), 2 | 4 | 8 | 16, ...plain.subarray(4, 10)]);
    const fields = Buffer.from('\x03\x00abcname\0a comment\0\x12\x34', 'latin1');
    const all = Buffer.concat([header, fields, plain.subarray(10), packed.gzip]);
    for (const size of [1, 12, all.length]) {
      expect((await unpackedIn(size, all, 'gzip')).toString()).toBe(text + text);
    }
  });

  it('that we do not unpack are told by their content, with what unpacks them', async () => {
    for (const [name, tool] of [
      ['400-lines.log.lz4', 'lz4 -dc'],
      ['400-lines.log.zip', 'unzip -p'],
      ['400-lines.log.dictionary.zstd', 'zstd -D DICTIONARY -dc'],
    ]) {
      const bytes = readFileSync(join(import.meta.dirname, 'packed', name));
      await expect(read(bytes)).rejects.toThrow(tool);
      await expect(explain(at('log'), { formats })).rejects.toThrow(tool);
    }
  });

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
