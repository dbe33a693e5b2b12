/** Node's own decompressors as decoders that pass plain bytes on. */
import type { Transform } from 'node:stream';

export interface Decoder {
  push(chunk: Uint8Array): Promise<void> | void;
  end(): Promise<void> | void;
}

export type Take = (piece: Uint8Array) => void;

/** Listens to the stream instead of piping it, so that what it gave before an error is not lost. */
export function ofNode(through: Transform, take: Take): Decoder {
  // Runs after the unpacking of the next piece has started in a thread of Node's, and before anyone learns that this one is done.
  through.on('data', (piece) => queueMicrotask(() => take(piece)));
  const settled = (act: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      through.once('error', reject);
      act((error) => {
        through.off('error', reject);
        if (error) reject(error);
        else resolve();
      });
    });
  return {
    push: (chunk) => settled((done) => through.write(chunk, done)),
    end: () =>
      settled((done) => {
        through.once('end', done);
        through.end();
      }),
  };
}
