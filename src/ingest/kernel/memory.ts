/**
 * The memory that kernels and the rest of a parser share: the input buffer, tables of what was seen lately, the columns of batches.
 * Its size is fixed. Pages that nobody touches take no memory, but V8 counts them as taken: with too many of them it collects
 * garbage more often, and Node 20 may wait for ever at its exit (docs/reliability.md).
 */

import { createBatch, type RequestBatch, type StreamFacts } from '../../core/batch.ts';
import { isRoomForKernels } from '../address-space.ts';

const PAGE_BYTES = 1 << 16;
/** For tables, and the batches of a dozen kinds of lines. */
const TABLE_BYTES = 3 << 19;
/** 16-byte comparisons like their operands aligned; and nothing stands right behind a table, so that whole words may be read. */
const ALIGNMENT = 64;

export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  /** Address of the position at which the part read last ends: what a function gives besides its value. */
  readonly endAt: number;
  readonly end: Int32Array;
  readonly #bytes: ArrayBuffer;
  #used = ALIGNMENT;

  /** @param inputBytes of the input buffer */
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

  /** @throws RangeError when the memory is full, as all that allocate */
  int32(length: number): Int32Array {
    return new Int32Array(this.#bytes, this.#allocate(length * 4), length);
  }

  bytes(length: number): Buffer {
    return Buffer.from(this.#bytes, this.#allocate(length), length);
  }

  /** A batch whose columns stand here. */
  batch(rows: number, facts: StreamFacts, source: number): RequestBatch {
    return createBatch(rows, facts, source, (bytes) => [this.#bytes, this.#allocate(bytes)]);
  }
}

/** null where the machine knows no such memory, or has none left. */
export function createKernelMemory(inputBytes: number): KernelMemory | null {
  try {
    return isRoomForKernels() ? new KernelMemory(inputBytes) : null;
  } catch {
    return null;
  }
}
