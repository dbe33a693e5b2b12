/**
 * Compressed inputs, recognised by their first bytes, and text of 16-bit characters (which Windows PowerShell writes with ">"). Each
 * library is loaded when such an input is met. Its output is processed piece by piece, so that a small file that unpacks to a huge one (a
 * bomb) takes time but no memory.
 */
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { type Decoder, ofNode, type Take } from './node-decoder.ts';

type Unpacked = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'utf-16le' | 'utf-16be';

/**
 * Formats that are recognised but not unpacked here, with the command that unpacks them. Read as text, such a file might even give a line
 * or two.
 */
const foreign = {
  'zstd with a dictionary': 'zstd -D DICTIONARY -dc',
  lz4: 'lz4 -dc',
  zip: 'unzip -p',
  '7-Zip': '7z e -so',
  lzip: 'lzip -dc',
  lzma: 'xz -dc',
  lzop: 'lzop -dc',
  compress: 'gzip -dc',
} as const;

export type Compression = Unpacked | keyof typeof foreign;

const magic: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50, 0x01]],
  ['lzma', [0x5d, 0x00, 0x00]],
  ['lzop', [0x89, 0x4c, 0x5a, 0x4f, 0x00]],
  ['compress', [0x1f, 0x9d]],
];

/** Frames of zstd without data (pzstd writes one in front) begin with 0x184d2a50 … 0x184d2a5f, little-endian. */
const isSkippableFrame = (head: Uint8Array): boolean =>
  (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;

/** So many bytes are needed to recognise a compression. */
export const COMPRESSION_HEAD_BYTES = 6;

/** How the input is compressed; null: it is not. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (isSkippableFrame(head)) return 'zstd';
  const found = magic.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0] ?? null;
  // The two lowest bits of the fifth byte give the length of the dictionary's id (RFC 8878, 3.1.1.1.1); 0: no dictionary.
  return found === 'zstd' && (head[4] & 3) !== 0 ? 'zstd with a dictionary' : found;
}

/** A file that the user has to unpack. */
export class NotUnpacked extends Error {
  constructor(compression: keyof typeof foreign) {
    super(
      `is packed (${compression}), which is not unpacked here: give what "${foreign[compression]}" makes of it to standard input ("-")`,
    );
  }
}

const isForeign = (compression: Compression): compression is keyof typeof foreign => compression in foreign;

/** The decompressor met bytes that it cannot read, or an end that comes too early. */
export class DamagedInput extends Error {}

/** The plain bytes of a gzip file in memory. null: they are more than `most`, the file is damaged or cut off, or something else follows. */
export function unpackedAtOnce(packed: Uint8Array, most: number): Uint8Array | null {
  try {
    // With `info`, the result includes the engine, which knows how much it has read. Node's types lack this.
    const { buffer, engine } = zlib.gunzipSync(packed, {
      maxOutputLength: most,
      info: true,
    } as zlib.ZlibOptions) as unknown as {
      readonly buffer: Buffer;
      readonly engine: zlib.Gunzip;
    };
    return engine.bytesWritten === packed.length ? buffer : null;
  } catch {
    return null;
  }
}

async function gzip(take: Take): Promise<Decoder> {
  const { Gunzip } = await import('./gunzip.ts');
  return new Gunzip(take);
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
  // In a bundle, the exports of this package are properties of its default export.
  const module = await import('xz-decompress');
  const { XzReadableStream } = module.default ?? module;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const reading = (async () => {
    for await (const piece of new XzReadableStream(readable as ReadableStream<Uint8Array>)) take(piece);
  })();
  reading.catch(() => undefined);
  // A failed stream takes no more bytes, so the write may never end: the error of the reader ends the wait.
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

/** What is said about an error. The libraries' own messages help nobody, except Node's. */
function reasonOf(compression: Unpacked, { name, message }: Error): string {
  if (name === 'RangeError')
    return `${compression}: it wants more memory to be unpacked than there is, unpack it by hand`;
  return /^[a-z ]*$/.test(message) && compression !== 'xz' ? `${compression}: ${message}` : compression;
}

/**
 * Passes the plain bytes of `source` to `take`.
 * @throws DamagedInput if it is cut off or damaged, after all before that was taken; NotUnpacked; and whatever `source` and `take` throw
 */
export async function decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  take: Take,
): Promise<void> {
  if (isForeign(compression)) throw new NotUnpacked(compression);
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
    gzip: () => gzip(taking),
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
