/** The first bytes of a file or of standard input, decompressed. */
import { createReadStream } from 'node:fs';
import { compressionOf, DamagedInput, decompress } from './decompress.ts';
import { cannotRead } from './read-input.ts';

export interface Head {
  readonly head: Buffer;
  /** The input has no more bytes. */
  readonly complete: boolean;
}

const enough = Symbol('enough has been read');

/** @throws UserError if the input cannot be read */
export async function readHead(path: string, limit: number): Promise<Head> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const keep = (piece: Uint8Array) => {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes > limit) throw enough;
  };
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 16 });
  try {
    const chunks = stream[Symbol.asyncIterator]();
    const first = await chunks.next();
    const all = async function* () {
      for (let now = first; !now.done; now = await chunks.next()) yield now.value as Buffer;
    };
    const compression = first.done ? null : compressionOf(first.value);
    if (compression) await decompress(all(), compression, keep);
    else for await (const chunk of all()) keep(chunk);
  } catch (error) {
    // What precedes the damage is explained.
    if (error !== enough && !(error instanceof DamagedInput)) throw cannotRead(path, error);
  } finally {
    stream.destroy();
  }
  return { head: Buffer.concat(pieces).subarray(0, limit), complete: bytes <= limit };
}
