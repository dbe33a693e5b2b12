/**
 * Files that rotation has packed ("access.log.2.gz"): recognised by the first bytes of their text, and read from a plain copy of their
 * unread rest.
 */
import { closeSync, createReadStream, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { COMPRESSION_HEAD_BYTES, compressionOf, DamagedInput, decompress } from '../../ingest/decompress.ts';
import { readHead } from '../../ingest/read-head.ts';
import { HEAD_BYTES } from './open-file.ts';

/** The first bytes of its text; null: it cannot be read, or is not packed in a known way. */
export async function headOfPacked(path: string): Promise<Buffer | null> {
  if (!(await packingOf(path))) return null;
  const { head } = await readHead(path, HEAD_BYTES).catch(() => ({ head: null }));
  return head;
}

/** A followed file grows line by line. @throws UserError if it is packed, or text of 16-bit characters */
export async function requireText(path: string): Promise<void> {
  // A file that cannot be read now is tried again later.
  const packing = await packingOf(path).catch(() => null);
  if (packing === null) return;
  throw new UserError(
    `${path} cannot be followed, it is ${packing} and no plain text: give what is there to "analyze" or "replay"`,
  );
}

async function packingOf(path: string) {
  const file = await open(path).catch(() => null);
  if (!file) return null;
  try {
    const { buffer } = await file.read(Buffer.alloc(COMPRESSION_HEAD_BYTES), 0, COMPRESSION_HEAD_BYTES, 0);
    return compressionOf(buffer);
  } finally {
    await file.close();
  }
}

/**
 * A plain file, in a folder of its own, with the first bytes and those from `position` on at their offsets and a hole in between. null:
 * there is nothing after `position`. Whoever opens it calls `removeUnpacked`. @throws system errors
 */
export async function unpackRest(path: string, position: number): Promise<string | null> {
  const compression = await packingOf(path);
  if (!compression) return null;
  const rest = join(mkdtempSync(join(tmpdir(), 'logscope-')), 'rest.log');
  const file = openSync(rest, 'wx', 0o600);
  let at = 0;
  const put = (bytes: Uint8Array, from: number) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, from + done);
  };
  try {
    await decompress(createReadStream(path), compression, (piece) => {
      const wanted = Math.max(0, Math.min(piece.length, position - at));
      if (at < HEAD_BYTES) put(piece.subarray(0, Math.min(wanted, HEAD_BYTES - at)), at);
      put(piece.subarray(wanted), at + wanted);
      at += piece.length;
    });
  } catch (error) {
    // What comes before the damage is still used.
    if (!(error instanceof DamagedInput)) {
      removeUnpacked(rest);
      throw error;
    }
  } finally {
    ftruncateSync(file, at);
    closeSync(file);
  }
  if (at > position) return rest;
  removeUnpacked(rest);
  return null;
}

/** A file that is open can still be read after its name is removed. */
export const removeUnpacked = (rest: string): void => rmSync(dirname(rest), { recursive: true, force: true });
