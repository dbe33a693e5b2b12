/** Reads raw lines of a file around the byte offset of one of them. */
import { open } from 'node:fs/promises';
import type { RawLine } from './engine.ts';

const BYTES_PER_LINE = 400;
const MAX_BYTES = 1 << 18;

/** Up to `before` lines in front of the line at `offset`, and `after` lines from it on. Empty if the file is gone. */
export async function readLinesOf(
  path: string,
  source: number,
  offset: number,
  before: number,
  after: number,
): Promise<RawLine[]> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return [];
  try {
    const from = Math.max(0, offset - Math.min(MAX_BYTES, before * BYTES_PER_LINE));
    const size = Math.min(MAX_BYTES * 2, offset - from + Math.max(4096, after * BYTES_PER_LINE));
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, from);
    return linesIn(buffer.subarray(0, bytesRead), from, { source, offset, before, after });
  } finally {
    await file.close();
  }
}

export interface LinesWanted {
  readonly source: number;
  readonly offset: number;
  readonly before: number;
  readonly after: number;
}

/** Lines of a piece of a file that begins at byte `base`; a first line that is cut off is left out. */
export function linesIn(bytes: Uint8Array, base: number, { source, offset, before, after }: LinesWanted): RawLine[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: RawLine[] = [];
  let at = base === 0 || offset === base ? 0 : buffer.indexOf(10) + 1;
  while (at < buffer.length) {
    const newline = buffer.indexOf(10, at);
    const end = newline < 0 ? buffer.length : newline;
    const text = buffer.toString('utf8', at, Math.min(end, at + 4000)).replace(/\r$/, '');
    lines.push({ source, offset: base + at, text });
    at = end + 1;
  }
  const here = lines.findIndex((line) => line.offset >= offset);
  const middle = here < 0 ? lines.length : here;
  return lines.slice(Math.max(0, middle - before), middle + after);
}
