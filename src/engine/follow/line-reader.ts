/**
 * Reads whole lines of files that are being written: an unfinished last line waits, and truncation is detected before new bytes are used.
 */
import type { Clock } from '../../core/clock.ts';
import { HEAD_BYTES, type OpenFile } from './open-file.ts';
import type { Truncation } from './truncation.ts';

export interface LineSink {
  /**
   * Whole lines, or the beginning of one; valid until the call returns. They begin at byte `position` of the file at the path, or of an
   * earlier file (`isCurrent` false).
   */
  bytes(chunk: Uint8Array, position: number, isCurrent: boolean): void;
}

/** 'all': there is nothing more to read at present. */
export type ReadResult = 'more' | 'all' | 'truncated';

const CHUNK = 1 << 18;
/** Just enough for the sample in which formats are detected: what remains is too little for a kernel, so the first picture comes sooner. */
const FIRST_CHUNK = (1 << 17) + (1 << 13);
/** Only this much of a longer line is passed on: the parser counts and skips it. */
const MAX_TORN = 1 << 20;
const END = Buffer.from('\n');
/** Unused chunk buffers, shared: of possibly thousands of readers only one reads at a time. */
const free: Buffer[] = [];

async function withBuffer<Result>(size: number, use: (buffer: Buffer) => Promise<Result>): Promise<Result> {
  const buffer = (size === CHUNK ? free.pop() : undefined) ?? Buffer.allocUnsafe(size);
  try {
    return await use(buffer);
  } finally {
    if (size === CHUNK) free.push(buffer);
  }
}

export class LineReader {
  readonly #sink: LineSink;
  readonly #clock: Clock;
  /** Size of the next chunk, bytes; larger inside a long line. */
  #size = FIRST_CHUNK;

  constructor(sink: LineSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Moves the position to the start of the next line. */
  async skipToLine(file: OpenFile): Promise<void> {
    await withBuffer(this.#size, async (buffer) => {
      const bytesRead = await file.read(buffer, file.position - 1);
      const newline = buffer.subarray(0, bytesRead).indexOf(10);
      if (newline >= 0) file.position += newline;
    });
  }

  /** Reads one chunk and passes on its whole lines. 'truncated': the file must be restarted before it is read again. */
  read(file: OpenFile, isCurrent: boolean): Promise<ReadResult> {
    return withBuffer(this.#size, (buffer) => this.#read(file, isCurrent, buffer));
  }

  async #read(file: OpenFile, isCurrent: boolean, buffer: Buffer): Promise<ReadResult> {
    const { position } = file;
    const { bytes, isSame } = await file.next(buffer);
    const mayBegin = position > 0 || file.isPlaced || !bytes.includes(10);
    if (!isSame) {
      if (mayBegin && bytes.length > 0) this.#take(file, bytes, isCurrent, false);
      this.#size = CHUNK;
      return 'truncated';
    }
    if (bytes.length === 0 || file.position !== position) return 'all';
    if (bytes.length === file.torn.length) return 'all';
    if (!mayBegin) return 'more';
    return this.#take(file, bytes, isCurrent, bytes.length === buffer.length) ? 'more' : 'all';
  }

  /** Passes on the end of a truncated file that was not read before the truncation. */
  finish(file: OpenFile, { position, bytes }: Truncation): void {
    const rest = Buffer.from(bytes.subarray(Math.max(0, file.position - position)));
    if (rest.length > file.torn.length) this.#take(file, rest, false, false);
  }

  /** Passes on the whole lines of a file that only the truncation watch has seen. Returns their length in bytes. */
  whole({ position, bytes }: Truncation): number {
    const end = bytes.lastIndexOf(10) + 1;
    if (end > 0) this.#sink.bytes(bytes.subarray(0, end), position, false);
    return end;
  }

  /** Passes on a last line without an end, because its file is no longer written. */
  async torn(file: OpenFile): Promise<void> {
    const buffer = Buffer.alloc(MAX_TORN);
    const bytesRead = await file.read(buffer, file.position);
    if (file.skipping || bytesRead + (file.torso?.torn.length ?? 0) === 0) return;
    this.#hand(file, buffer.subarray(0, bytesRead), file.position, false);
    this.#sink.bytes(END, file.position + bytesRead, false);
    file.position += bytesRead;
    file.torn = Buffer.alloc(0);
  }

  /** Passes on the whole lines of `bytes`. `isFull`: they fill a chunk, so more may follow. Returns true if that should be read at once. */
  #take(file: OpenFile, bytes: Buffer, isCurrent: boolean, isFull: boolean): boolean {
    const { length } = bytes;
    let from = 0;
    if (file.skipping) {
      const newline = bytes.indexOf(10);
      from = newline < 0 ? length : newline + 1;
      file.skipping = newline < 0;
    }
    // A writer that did not notice a truncation leaves a hole of zero bytes before its next line.
    while (from < length && bytes[from] === 0) from++;
    const last = bytes.lastIndexOf(10);
    if (last >= from) {
      this.#hand(file, bytes.subarray(from, last + 1), file.position + from, isCurrent);
      this.#moved(file, bytes, last + 1);
      this.#size = CHUNK;
      return isFull;
    }
    if (from > 0) {
      this.#moved(file, bytes, from);
      return isFull;
    }
    if (!isFull) {
      file.torn = Buffer.from(bytes);
      return false;
    }
    // A whole chunk without a newline: try a larger buffer first, then give the line up as too long.
    if (length < MAX_TORN) {
      this.#size = MAX_TORN;
      return true;
    }
    this.#hand(file, bytes, file.position, isCurrent);
    this.#sink.bytes(END, file.position + length, false);
    this.#moved(file, bytes, length);
    file.skipping = true;
    return true;
  }

  #moved(file: OpenFile, bytes: Buffer, count: number): void {
    file.position += count;
    file.tail = Buffer.from(bytes.subarray(Math.max(0, count - HEAD_BYTES), count));
    file.torn = Buffer.from(bytes.subarray(count));
    file.lastGrowth = this.#clock.nowMicros();
  }

  #hand(file: OpenFile, bytes: Uint8Array, position: number, isCurrent: boolean): void {
    if (file.torso) {
      this.#sink.bytes(file.torso.torn, file.torso.position, false);
      file.torso.position += file.torso.torn.length;
      file.torso.torn = Buffer.alloc(0);
      file.torso = null;
    }
    if (bytes.length > 0) this.#sink.bytes(bytes, position, isCurrent);
  }
}
