/** Reads one line of a file by the byte offset of a row, and makes it printable. */
import { open } from 'node:fs/promises';
import { printable } from '../core/text.ts';

const MAX_BYTES = 8192;

/** @returns null: the file is gone, compressed (offsets are those of the plain text), or shorter now */
export async function readLine(path: string, offset: number, limit = 2000): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_BYTES, offset);
    if (bytesRead === 0) return null;
    const newline = buffer.subarray(0, bytesRead).indexOf(10);
    return printable(buffer.toString('utf8', 0, newline < 0 ? bytesRead : newline).replace(/\r$/, ''), limit);
  } finally {
    await file.close();
  }
}
