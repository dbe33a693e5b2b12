/** Plain files, read at any place of them. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { compressionOf } from '../ingest/decompress.ts';

/** Enough for the sample in which formats are looked for. */
const HEAD_BYTES = 1 << 20;

export interface PlainFile {
  /** Its descriptor; whoever opened the file closes it. */
  readonly file: number;
  readonly size: number;
}

/** What stands under a name; null: nothing, or nothing that may be looked at. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** null: standard input, no file, or one that cannot be opened. */
export function openPlain(path: string): PlainFile | null {
  if (path === '-') return null;
  // A named pipe that is opened and closed again has lost its writer.
  if (!statOf(path)?.isFile()) return null;
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  const info = fstatSync(file);
  if (info.isFile()) return { file, size: info.size };
  closeSync(file);
  return null;
}

/** The first bytes of a file; null: it is compressed, and no part of it can be read on its own. */
export function headOf(file: number): Uint8Array | null {
  const head = bytesAt(file, 0, HEAD_BYTES);
  return compressionOf(head) ? null : head;
}

/** `length` bytes at a place, fewer at the end of the file. @throws the file system's errors */
export function bytesAt(file: number, at: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, at));
}
