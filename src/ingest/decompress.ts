/**
 * Compressed inputs, told by their first bytes, and text of 16-bit characters (what Windows PowerShell writes with ">").
 * Each library is loaded when such an input is met; what it gives is taken at once, piece by piece, so that a small file that
 * unpacks to a huge one (a bomb) costs time and no memory.
 */
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

export type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'utf-16le' | 'utf-16be';

const magic: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Frames of zstd that hold no data (pzstd writes one in front) begin with 0x184d2a50 … 0x184d2a5f, little-endian. */
const isSkippableFrame = (head: Uint8Array): boolean =>
  (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;

/** Bytes that tell. */
export const COMPRESSION_HEAD_BYTES = 6;

/** How the input is compressed; null: it is not. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (isSkippableFrame(head)) return 'zstd';
  return magic.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0] ?? null;
}

/** What the decompressor says of bytes that it cannot read, or of an end that comes too early. */
export class DamagedInput extends Error {}

/** The plain bytes of a gzip file that lies in memory; null: they are more than `most`, or it is damaged or cut off. */
export function unpackedAtOnce(packed: Uint8Array, most: number): Uint8Array | null {
  try {
    return zlib.gunzipSync(packed, { maxOutputLength: most });
  } catch {
    return null;
  }
}

interface Decoder {
  push(chunk: Uint8Array): Promise<void> | void;
  end(): Promise<void> | void;
}

type Take = (piece: Uint8Array) => void;

/** One of Node's own decompressors. Listened to instead of piped: what it gave before an error is not lost. */
function ofNode(through: Transform, take: Take): Decoder {
  // When the next piece is being unpacked, in a thread of Node's, and before anybody learns that this one is done.
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

async function zstd(take: Take): Promise<Decoder> {
  // Part of Node since 22.15.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
  if (createZstdDecompress) return ofNode(createZstdDecompress(), take);
  const { Decompress } = await import('fzstd');
  const decoder = new Decompress((piece) => take(piece));
  return { push: (chunk) => decoder.push(chunk), end: () => decoder.push(new Uint8Array(0), true) };
}

async function bzip2(take: Take): Promise<Decoder> {
  const { Bunzip } = await import('./bunzip.ts');
  return new Bunzip(take);
}

async function xz(take: Take): Promise<Decoder> {
  // In a bundle the exports of this package are those of its default.
  const module = await import('xz-decompress');
  const { XzReadableStream } = module.default ?? module;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const reading = (async () => {
    for await (const piece of new XzReadableStream(readable as ReadableStream<Uint8Array>)) take(piece);
  })();
  reading.catch(() => undefined);
  // A stream that has failed takes no more: whichever comes first tells.
  return {
    push: (chunk) => Promise.race([writer.write(Uint8Array.from(chunk)), reading]),
    end: async () => {
      await Promise.race([writer.close(), reading]);
      await reading;
    },
  };
}

function utf16(encoding: 'utf-16le' | 'utf-16be', take: Take): Decoder {
  const decoder = new TextDecoder(encoding);
  const give = (text: string) => {
    if (text !== '') take(Buffer.from(text));
  };
  return { push: (chunk) => give(decoder.decode(chunk, { stream: true })), end: () => give(decoder.decode()) };
}

/** What is said of an error; what the libraries say themselves helps nobody but with Node's own. */
function reasonOf(compression: Compression, { name, message }: Error): string {
  if (name === 'RangeError')
    return `${compression}: it wants more memory to be unpacked than there is, unpack it by hand`;
  return /^[a-z ]*$/.test(message) && compression !== 'xz' ? `${compression}: ${message}` : compression;
}

/**
 * Hands the plain bytes of `source` to `take`. @throws DamagedInput when it is cut off or damaged, after all that stood before
 * has been taken; whatever `source` and `take` throw
 */
export async function decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  take: Take,
): Promise<void> {
  let thrown: { readonly error: unknown } | null = null;
  const taking: Take = (piece) => {
    if (thrown) return;
    try {
      take(piece);
    } catch (error) {
      thrown = { error };
    }
  };
  const make = {
    gzip: () => ofNode(zlib.createGunzip(), taking),
    zstd: () => zstd(taking),
    bzip2: () => bzip2(taking),
    xz: () => xz(taking),
    'utf-16le': () => utf16('utf-16le', taking),
    'utf-16be': () => utf16('utf-16be', taking),
  };
  const decoder = await make[compression]();
  const step = async (act: () => Promise<void> | void) => {
    try {
      await act();
    } catch (error) {
      if (!thrown) throw new DamagedInput(reasonOf(compression, error as Error));
    }
    if (thrown) throw thrown.error;
  };
  for await (const chunk of source) await step(() => decoder.push(chunk));
  await step(() => decoder.end());
}
