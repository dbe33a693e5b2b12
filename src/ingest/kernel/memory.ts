/**
 * The memory that kernels share with the rest of a parser: the input buffer, tables of recent values, and the columns of batches. Its size
 * is fixed. Pages that are never touched take no memory, but V8 counts them as used: with too many of them it collects garbage more often,
 * and Node 20 may hang when it exits (docs/reliability.md).
 */

import { createBatch, type RequestBatch, type StreamFacts } from '../../core/batch.ts';
import { isRoomForKernels } from '../address-space.ts';

const PAGE_BYTES = 1 << 16;
/** Bytes for tables, and for the batches of a dozen kinds of lines. */
const TABLE_BYTES = 3 << 19;
/** Comparisons of 16 bytes want aligned operands. Nothing stands right behind a table, so that whole words may be read beyond its end. */
const ALIGNMENT = 64;

export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  /** Address where kernels and imports put the position behind what they read, as they have a single result. */
  readonly endAt: number;
  readonly end: Int32Array;
  readonly #bytes: ArrayBuffer;
  #used = ALIGNMENT;

  /** @param inputBytes size of the input buffer */
  constructor(inputBytes: number) {
    const pages = Math.ceil((inputBytes + TABLE_BYTES) / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#bytes = this.memory.buffer;
    this.end = this.int32(1);
    this.endAt = this.end.byteOffset;
  }

  #allocate(bytes: number): number {
    const at = this.#used;
    if (at + bytes + ALIGNMENT > this.#bytes.byteLength) throw new RangeError('the memory of the kernels is full');
    this.#used = Math.ceil((at + bytes + 16) / ALIGNMENT) * ALIGNMENT;
    return at;
  }

  /** @throws RangeError if the memory is full, like everything that allocates */
  int32(length: number): Int32Array {
    return new Int32Array(this.#bytes, this.#allocate(length * 4), length);
  }

  bytes(length: number): Buffer {
    return Buffer.from(this.#bytes, this.#allocate(length), length);
  }

  /** A batch whose columns are in this memory. */
  batch(rows: number, facts: StreamFacts, source: number): RequestBatch {
    return createBatch(rows, facts, source, (bytes) => [this.#bytes, this.#allocate(bytes)]);
  }
}

/** null: the machine has no such memory, or none left. */
export function createKernelMemory(inputBytes: number): KernelMemory | null {
  try {
    return isRoomForKernels() ? new KernelMemory(inputBytes) : null;
  } catch {
    return null;
  }
}
