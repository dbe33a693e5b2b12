import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { UserError } from '../../../src/core/errors.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';
import { explain } from '../../../src/ingest/explain.ts';
import { readInput } from '../../../src/ingest/read-input.ts';
import { readLine } from '../../../src/ingest/read-line.ts';
import { parse } from '../../helpers/ingest.ts';

const line = (path: string) => `203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET ${path} HTTP/1.1" 200 6 "-" "-"`;

describe('inputs', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (path: string, onProgress?: (done: number, total: number | null) => void) => {
    const offsets: number[] = [];
    const parser = createParser({
      path,
      source: 0,
      names: createNames(),
      formats,
      sink: { batch: (batch) => offsets.push(...batch.offset.subarray(0, batch.length)), lifecycle: () => {} },
    });
    await readInput(path, parser, onProgress ? { onProgress } : {});
    return { report: parser.report(), offsets };
  };

  it('are read whole, with progress, plain and gzipped', async () => {
    const text = Array.from({ length: 30_000 }, (_, i) => line(`/v${i % 7}`)).join('\n');
    writeFileSync(at('plain.log'), text);
    writeFileSync(at('packed.log'), gzipSync(text));
    const progress: [number, number | null][] = [];
    const plain = await read(at('plain.log'), (done, total) => progress.push([done, total]));
    expect(plain.report).toMatchObject({ requests: 30_000, lines: 30_000, bytes: text.length });
    expect(progress.at(-1)).toEqual([text.length, text.length]);
    const packed = await read(at('packed.log'));
    expect(packed.report).toEqual({ ...plain.report, path: at('packed.log') });
  });

  it('of which no line ends with a newline have lines that end with carriage returns', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => line(`/v${i % 7}`)).join('\n');
    for (const end of ['', '\r']) {
      const returns = text.replaceAll('\n', '\r') + end;
      const [whole, plain] = [parse(returns), parse(text)];
      expect(whole.rows).toEqual(plain.rows);
      expect(parse(returns, { chunkBytes: 70_001 }).rows).toEqual(plain.rows);
      writeFileSync(at('returns.log'), returns);
      expect((await read(at('returns.log'))).report).toMatchObject({ lines: 3000, requests: 3000, unparsed: 0 });
      const explained = await explain(at('returns.log'), { formats });
      expect(explained).toMatchObject({ lines: 3000, unparsed: 0 });
    }
    // A console draws over what it drew before.
    const drawn = `10 %\r20 %\rdone\n${text}\n`;
    for (const chunkBytes of [1 << 20, 7]) expect(parse(drawn, { chunkBytes }).report.lines).toBe(3001);
  });

  it('give lines back by their offset, printable', async () => {
    writeFileSync(at('lines.log'), `${line('/one')}\n${line('/two\u001b[31m')}\r\n${line('/three')}`);
    const { offsets } = await read(at('lines.log'));
    expect(await readLine(at('lines.log'), offsets[0])).toBe(line('/one'));
    expect(await readLine(at('lines.log'), offsets[1])).toBe(line('/two·[31m'));
    expect(await readLine(at('lines.log'), offsets[2])).toBe(line('/three'));
    expect(await readLine(at('lines.log'), 1_000_000)).toBeNull();
    expect(await readLine(at('gone.log'), 0)).toBeNull();
  });

  it('that cannot be read say so in one sentence, with exit code 3', async () => {
    mkdirSync(at('folder'));
    writeFileSync(at('empty.log'), '');
    writeFileSync(at('binary.log'), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 89) % 32)));
    writeFileSync(at('novel.txt'), 'It was a dark and stormy night;\nthe rain fell in torrents.\n');
    writeFileSync(at('cut.gz'), gzipSync(`${line('/a')}\n`.repeat(1000)).subarray(0, 60));
    writeFileSync(at('zstd.log'), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]));
    const cases: [string, RegExp][] = [
      ['missing.log', /there is no file .*missing\.log/],
      ['folder', /is a directory/],
      ['empty.log', /is empty/],
      ['binary.log', /is not text/],
      ['novel.txt', /no line of .* is in a known format.*--log-format.*line 1 is: It was a dark/],
      ['cut.gz', /damaged or cut off/],
      ['zstd.log', /zstd|damaged/],
    ];
    if (process.getuid?.() !== 0) {
      writeFileSync(at('secret.log'), 'x');
      chmodSync(at('secret.log'), 0);
      cases.push(['secret.log', /permission denied/]);
    }
    for (const [name, message] of cases) {
      const error = await read(at(name)).catch((thrown: unknown) => thrown);
      expect(error, name).toBeInstanceOf(UserError);
      expect((error as UserError).message, name).toMatch(message);
      expect((error as UserError).message, name).not.toMatch(/\n/);
      expect((error as UserError).exitCode, name).toBe(3);
    }
  });
});
