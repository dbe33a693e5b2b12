/** Reads a file or standard input into a parser: gzip and zstd by content, in reused buffers. */
import { type FileHandle, open } from 'node:fs/promises';
import { Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { UserError } from '../core/errors.ts';
import type { InputSummary } from '../core/summary.ts';
import type { LogParser } from './parser.ts';

const BUFFER_BYTES = 1 << 20;

export interface ReadOptions {
  readonly onProgress?: (bytesRead: number, totalBytes: number | null) => void;
}

/** One sentence for what the file system says. */
export function cannotRead(path: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new UserError(`there is no file ${path}: check the name`);
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError(`${path} cannot be read, permission denied: run as a user who may read it`);
  }
  if (code === 'EISDIR') return new UserError(`${path} is a directory: name the log files in it`);
  return new UserError(`${path} cannot be read (${code ?? String(error)}): check the file`);
}

/** Decompressor for what the first bytes say, null for plain bytes. */
function decompressor(head: Uint8Array, name: string): Transform | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return zlib.createGunzip();
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    // Part of Node since 22.15.
    const create = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
    if (!create)
      throw new UserError(
        `${name} is compressed with zstd, which Node ${process.versions.node} cannot read: use zstdcat ${name} | logscope … -`,
      );
    return create();
  }
  return null;
}

/** Whole pieces of a compressed input. */
async function readCompressed(
  source: AsyncIterable<Uint8Array>,
  through: Transform,
  name: string,
  parser: LogParser,
): Promise<void> {
  const input = Readable.from(source, { objectMode: false });
  input.on('error', (error) => through.destroy(error));
  try {
    for await (const chunk of input.pipe(through)) parser.push(chunk);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^(Z_|ERR_ZSTD|ZSTD)/.test(code)) throw error;
    throw new UserError(`${name} is damaged or cut off (${code}): decompress it by hand to see what is left of it`);
  }
}

async function readOpen(file: FileHandle, path: string, parser: LogParser, { onProgress }: ReadOptions): Promise<void> {
  const info = await file.stat();
  if (info.isDirectory()) throw cannotRead(path, { code: 'EISDIR' });
  const total = info.isFile() ? info.size : null;
  let done = 0;
  const piece = async (buffer: Buffer) => {
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, null);
    done += bytesRead;
    onProgress?.(done, total);
    return buffer.subarray(0, bytesRead);
  };
  const buffers = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  const first = await piece(buffers[0]);
  const through = decompressor(first, path);
  if (through) {
    const pieces = async function* () {
      for (let now = first; now.length > 0; now = await piece(buffers[0])) yield Buffer.from(now);
    };
    return readCompressed(pieces(), through, path, parser);
  }
  // While one buffer is parsed, the other one is filled.
  let now = first;
  for (let next = 1; now.length > 0; next = 1 - next) {
    const reading = piece(buffers[next]);
    // Parsing may throw before the reading is awaited.
    reading.catch(() => {});
    parser.push(now);
    now = await reading;
  }
}

async function readStandardInput(parser: LogParser, { onProgress }: ReadOptions): Promise<void> {
  let done = 0;
  const pieces = (async function* () {
    for await (const chunk of process.stdin) {
      done += chunk.length;
      onProgress?.(done, null);
      yield chunk as Buffer;
    }
  })();
  const first = await pieces.next();
  if (first.done) return;
  const through = decompressor(first.value, 'standard input');
  const all = async function* () {
    yield first.value;
    yield* pieces;
  };
  if (through) return readCompressed(all(), through, 'standard input', parser);
  for await (const chunk of all()) parser.push(chunk);
}

/** Why an input gave nothing. */
export function nothingIn(name: string, report: InputSummary): UserError | null {
  if (report.bytes === 0) return new UserError(`${name} is empty: there is nothing to read in it yet`);
  if (report.requests + report.lifecycle > 0) return null;
  const example = report.unparsed_examples[0];
  if (example && (example.text.match(/·/g) ?? []).length * 4 > example.text.length) {
    return new UserError(`${name} is not text (its first line is binary data): give the log itself`);
  }
  const shown = example ? `; line ${example.line} is: ${example.text.slice(0, 120)}` : '';
  return new UserError(
    `no line of ${name} is in a known format: see "logscope formats", or describe yours with --log-format${shown}`,
  );
}

/** @throws UserError when the input cannot be read, is empty, or holds no line of a known format */
export async function readInput(path: string, parser: LogParser, options: ReadOptions = {}): Promise<void> {
  if (path === '-') await readStandardInput(parser, options);
  else {
    const file = await open(path, 'r').catch((error) => {
      throw cannotRead(path, error);
    });
    try {
      await readOpen(file, path, parser, options);
    } catch (error) {
      throw error instanceof UserError || (error as NodeJS.ErrnoException).syscall === undefined
        ? error
        : cannotRead(path, error);
    } finally {
      await file.close();
    }
  }
  parser.end();
  const error = nothingIn(path === '-' ? 'standard input' : path, parser.report());
  if (error) throw error;
}
