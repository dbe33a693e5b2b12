/** Reads a file or standard input into a parser. Compression is recognised by content, and buffers are reused. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../core/errors.ts';
import { isPackedPartial } from '../core/packed-partial.ts';
import type { InputSummary } from '../core/summary.ts';
import {
  type Compression,
  compressionOf,
  DamagedInput,
  decompress,
  NotUnpacked,
  unpackedAtOnce,
} from './decompress.ts';
import type { LogParser } from './parser.ts';
import { NO_FORMAT } from './reasons.ts';

const BUFFER_BYTES = 1 << 20;
/** The first piece is small, so that a user who watches sees something soon. The pieces of a compressed file are all that small. */
const FIRST_BYTES = 1 << 18;
/** Progress is reported every so many bytes. */
const PROGRESS_BYTES = 1 << 23;

export interface ReadOptions {
  readonly onProgress?: (bytesRead: number, totalBytes: number | null) => void;
  /** Bytes [from, to) of a plain file, beginning at a line; default: all. */
  readonly bytes?: { readonly from: number; readonly to: number };
  /** Nothing else needs to run meanwhile: plain files and standard input are read without a pause. */
  readonly atOnce?: boolean;
  /** What `smallContent` returned for the file, if it was called already. */
  readonly content?: Uint8Array | null;
  /** The input ends too early or is damaged. What precedes that place was read. @param sentence for people */
  readonly onDamage?: (sentence: string) => void;
}

/** What the error of the file system means, or that the file is packed, as one sentence. */
export function cannotRead(path: string, error: unknown): UserError {
  if (error instanceof NotUnpacked) return new UserError(`${path} ${error.message}`);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new UserError(`there is no file ${path}: check the name`);
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError(`${path} cannot be read, permission denied: run as a user who may read it`);
  }
  if (code === 'EISDIR') return new UserError(`${path} is a directory: name the log files in it`);
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new UserError(
      `${path} cannot be read, too many files are open (${code}): raise the limit (ulimit -n), or name fewer files`,
    );
  }
  return new UserError(`${path} cannot be read (${code ?? String(error)}): check the file`);
}

/** Reads a compressed input. What can be read of a damaged one counts. */
async function readCompressed(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  name: string,
  parser: LogParser,
  { onDamage }: ReadOptions,
): Promise<void> {
  try {
    await decompress(source, compression, (piece) => parser.push(piece));
  } catch (error) {
    if (error instanceof NotUnpacked) throw cannotRead(name, error);
    if (!(error instanceof DamagedInput)) throw error;
    const what = `${name} is damaged or cut off (${error.message})`;
    parser.flush();
    const { requests, lifecycle } = parser.report();
    if (requests + lifecycle === 0) throw new UserError(`${what}: nothing could be read of it`);
    const sentence = `${what}: what could be read before that place is reported`;
    parser.cutOff(sentence);
    onDamage?.(sentence);
  }
}

/**
 * The plain bytes of a file that fits into one read, read at once and unpacked if it is gzip. Node's promises of files and its streams of
 * zlib take longer to load than such a file takes to read.
 * @returns null: it is not a file, is long when unpacked, has another compression, is damaged, or cannot be read
 */
export function smallContent(path: string): Uint8Array | null {
  const content = path === '-' ? null : smallFile(path);
  const compression = content && compressionOf(content);
  if (!content || !compression) return content;
  return compression === 'gzip' ? unpackedAtOnce(content, BUFFER_BYTES) : null;
}

function smallFile(path: string): Uint8Array | null {
  let file: number;
  let size: number;
  try {
    // A named pipe would block.
    const info = statSync(path);
    if (!info.isFile() || info.size >= BUFFER_BYTES) return null;
    size = info.size;
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const buffer = Buffer.allocUnsafeSlow(size + 1);
    const length = readSync(file, buffer, 0, size + 1, 0);
    return length === size ? buffer.subarray(0, size) : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

async function readOpen(file: FileHandle, path: string, parser: LogParser, options: ReadOptions): Promise<void> {
  const { onProgress, bytes } = options;
  const info = await file.stat();
  if (info.isDirectory()) throw cannotRead(path, { code: 'EISDIR' });
  const total = bytes ? bytes.to - bytes.from : info.isFile() ? info.size : null;
  let done = 0;
  const piece = async (buffer: Buffer) => {
    const size = bytes ? Math.min(buffer.length, bytes.to - bytes.from - done) : buffer.length;
    const { bytesRead } = await file.read(buffer, 0, size, bytes ? bytes.from + done : null);
    done += bytesRead;
    onProgress?.(done, total);
    return buffer.subarray(0, bytesRead);
  };
  const first = await piece(Buffer.allocUnsafeSlow(FIRST_BYTES));
  const compression = bytes ? null : compressionOf(first);
  if (compression) {
    const pieces = async function* () {
      for (let now = first; now.length > 0; now = await piece(Buffer.allocUnsafeSlow(FIRST_BYTES))) yield now;
    };
    return readCompressed(pieces(), compression, path, parser, options);
  }
  if (options.atOnce && info.isFile()) {
    parser.push(first);
    for (let got = first.length; got > 0; ) {
      const at = (bytes?.from ?? 0) + done;
      got = parser.pull((b, place, most) =>
        readSync(file.fd, b, place, bytes ? Math.min(most, bytes.to - at) : most, at),
      );
      done += got;
      if (done % PROGRESS_BYTES < got) onProgress?.(done, total);
    }
    if (total !== null && done < total) options.onDamage?.(becameShorter(path));
    return;
  }
  // While one buffer is parsed, the other one is filled.
  const buffers = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  let now = first;
  for (let next = 0; now.length > 0; next = 1 - next) {
    const reading = piece(buffers[next]);
    // If parsing throws, the reading is never awaited.
    reading.catch(() => {});
    parser.push(now);
    now = await reading;
  }
  if (total !== null && done < total) options.onDamage?.(becameShorter(path));
}

/** For a file that was truncated while it was read. */
export const becameShorter = (path: string): string =>
  `${path} became shorter while it was read: what could be read before that is reported`;

const STANDARD_INPUT = 0;
/** How long to wait for a pipe that has nothing yet and says so instead of blocking. */
const PIPE_WAIT_MILLIS = 2;

/** Reads the next bytes of standard input, at most `most`, into `b` at `place`. Blocks. @returns their number; 0 at the end */
function readNow(b: Buffer, place: number, most: number): number {
  for (;;) {
    try {
      return readSync(STANDARD_INPUT, b, place, most, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw cannotRead('standard input', error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_WAIT_MILLIS);
    }
  }
}

async function* waitingPieces(): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) yield chunk as Buffer;
}

function* piecesNow(): Generator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const bytes = readNow(buffer, 0, BUFFER_BYTES);
    if (bytes === 0) return;
    yield buffer.subarray(0, bytes);
  }
}

async function readStandardInput(parser: LogParser, options: ReadOptions): Promise<void> {
  const { onProgress, atOnce } = options;
  let done = 0;
  const count = (bytes: number) => {
    done += bytes;
    if (done % PROGRESS_BYTES < bytes || !atOnce) onProgress?.(done, null);
  };
  const pieces = (async function* () {
    for await (const chunk of atOnce ? piecesNow() : waitingPieces()) {
      count(chunk.length);
      yield chunk;
    }
  })();
  const first = await pieces.next();
  if (first.done) return;
  const compression = compressionOf(first.value);
  const all = async function* () {
    yield first.value;
    yield* pieces;
  };
  if (compression) return readCompressed(all(), compression, 'standard input', parser, options);
  if (!atOnce) {
    for await (const chunk of all()) parser.push(chunk);
    return;
  }
  parser.push(first.value);
  for (let bytes = 1; bytes > 0; count(bytes)) bytes = parser.pull(readNow);
}

/** Why nothing was found in an input; null: something was. */
export function nothingIn(name: string, report: InputSummary): UserError | null {
  if (report.bytes === 0) return new UserError(`${name} is empty: there is nothing to read in it yet`);
  if (report.requests + report.lifecycle > 0) return null;
  const example = report.unparsed_examples[0];
  if (example && isPackedPartial(example.text)) {
    return new UserError(`${name} is a partial, which "analyze --partial" wrote: join it with "logscope merge"`);
  }
  // Control characters are shown as "·", and bytes that are not UTF-8 as U+FFFD.
  if (example && (example.text.match(/[·\ufffd]/g) ?? []).length * 4 > example.text.length) {
    return new UserError(`${name} is not text (its first line is binary data): give the log itself`);
  }
  const why = example && example.reason !== NO_FORMAT ? ` (${example.reason})` : '';
  const shown = example ? `; line ${example.line}${why} is: ${example.text.slice(0, 120)}` : '';
  return new UserError(
    `no line of ${name} is in a known format: see "logscope formats", or describe yours with --log-format${shown}`,
  );
}

/** @throws UserError if the input cannot be read, is empty, or has no line of a known format */
export async function readInput(path: string, parser: LogParser, options: ReadOptions = {}): Promise<void> {
  const { content = options.bytes ? null : smallContent(path) } = options;
  if (path === '-') await readStandardInput(parser, options);
  else if (content) {
    options.onProgress?.(content.length, content.length);
    parser.push(content);
  } else {
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
  // Lines outside the wanted window were understood.
  const leftOut = parser.leftOut();
  if (options.bytes || (leftOut && leftOut.requests + leftOut.lifecycle > 0)) return;
  const error = nothingIn(path === '-' ? 'standard input' : path, parser.report());
  if (error) throw error;
}
