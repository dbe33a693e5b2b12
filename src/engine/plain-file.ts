/** Plain files, read at any offset. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { compressionOf } from '../ingest/decompress.ts';

/** Enough for the sample in which formats are detected. */
const HEAD_BYTES = 1 << 20;

export interface PlainFile {
  /** Its descriptor; whoever opened the file closes it. */
  readonly file: number;
  readonly size: number;
}

/** Stats of a path; null: nothing is there, or it may not be looked at. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Opens a plain file; null: standard input, not a plain file, or it cannot be opened. */
export function openPlain(path: string): PlainFile | null {
  if (path === '-') return null;
  // Checked before opening: opening and closing a named pipe would make it lose its writer.
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

/** The first bytes of a file; null: it is compressed, so no part of it can be read on its own. */
export function headOf(file: number): Uint8Array | null {
  const head = bytesAt(file, 0, HEAD_BYTES);
  return compressionOf(head) ? null : head;
}

/** `length` bytes at offset `at`, fewer at the end of the file. @throws the file system's errors */
export function bytesAt(file: number, at: number, length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, at));
}
