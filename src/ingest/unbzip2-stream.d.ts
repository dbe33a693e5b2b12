/** The parts of unbzip2-stream that are used; the package has no types. */
declare module 'unbzip2-stream/lib/bit_iterator.js' {
  export interface BitReader {
    (bits: number | null): number;
    readonly bytesRead: number;
  }
  /** Reads bits from the buffers that `next` returns. Asks for the first one at once. */
  export default function bitIterator(next: () => Uint8Array): BitReader;
}
declare module 'unbzip2-stream/lib/bzip2.js' {
  import type { BitReader } from 'unbzip2-stream/lib/bit_iterator.js';

  const decoder: {
    /** Reads the header. @returns the level of the stream */
    header(bits: (count: number) => number): number;
    /** Unpacks one block, passing it to `put` byte by byte. @returns the checksum of the stream so far; null: the stream has ended */
    decompress(
      bits: BitReader,
      put: (byte: number) => void,
      block: Int32Array,
      size: number,
      checksum: number,
    ): number | null;
  };
  export default decoder;
}
