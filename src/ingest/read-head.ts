/** The first bytes of a file or of standard input, decompressed. */
import { open } from 'node:fs/promises';
import zlib from 'node:zlib';
import { cannotRead } from './read-input.ts';

export interface Head {
  readonly head: Buffer;
  /** There is no more. */
  readonly complete: boolean;
}

async function headOfFile(path: string, limit: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(limit);
    const { bytesRead } = await file.read(buffer, 0, limit, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function headOfStandardInput(limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    pieces.push(chunk as Buffer);
    bytes += chunk.length;
    if (bytes >= limit) break;
  }
  return Buffer.concat(pieces).subarray(0, limit);
}

/** @throws UserError when the input cannot be read */
export async function readHead(path: string, limit: number): Promise<Head> {
  const head = await (path === '-' ? headOfStandardInput(limit) : headOfFile(path, limit)).catch((error) => {
    throw cannotRead(path, error);
  });
  const complete = head.length < limit;
  if (head[0] !== 0x1f || head[1] !== 0x8b) return { head, complete };
  // What is cut off behind the limit is no error here.
  const plain = zlib.gunzipSync(head, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  return { head: plain.subarray(0, limit), complete: complete && plain.length <= limit };
}
