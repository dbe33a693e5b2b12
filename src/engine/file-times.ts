/** Times in a plain file at chosen offsets: only small pieces are read and parsed. */
import { closeSync } from 'node:fs';
import type { LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { LogParser } from '../ingest/parser.ts';
import { bytesAt, headOf, openPlain } from './plain-file.ts';

export interface FileTimesOptions {
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  readonly logFormat?: string;
}

/** Earliest and latest stamp of a piece (µs), and the offset of its first whole line. */
export interface PieceTimes {
  readonly earliest: number;
  readonly latest: number;
  readonly lineStart: number;
}

const PIECE_BYTES = 1 << 16;
/** If a piece contains no request, larger ones are tried, up to this size. */
const MAX_PIECE_BYTES = 1 << 20;

export class FileTimes {
  readonly size: number;
  readonly head: Uint8Array;
  readonly #file: number;
  readonly #parser: LogParser;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;

  /** null: not a plain file, or it cannot be opened. Must be closed. */
  static open(path: string, options: FileTimesOptions): FileTimes | null {
    const plain = openPlain(path);
    if (!plain) return null;
    const head = headOf(plain.file);
    if (head) return new FileTimes(path, plain.file, plain.size, head, options);
    closeSync(plain.file);
    return null;
  }

  private constructor(path: string, file: number, size: number, head: Uint8Array, options: FileTimesOptions) {
    this.#file = file;
    this.size = size;
    this.head = head;
    this.#parser = createParser({
      path,
      source: 0,
      names: createNames(),
      sink: {
        batch: ({ time, length }) => {
          for (let i = 0; i < length; i++) {
            if (time[i] < this.#earliest) this.#earliest = time[i];
            if (time[i] > this.#latest) this.#latest = time[i];
          }
        },
        lifecycle: () => undefined,
      },
      range: { from: 0, head },
      ...options,
    });
  }

  /** The latest stamp near the end, µs; null if there is none. */
  latest(): number | null {
    return this.at(Math.max(0, this.size - MAX_PIECE_BYTES), MAX_PIECE_BYTES)?.latest ?? null;
  }

  /** Times of the requests in a piece of `atLeast` bytes from `at` on, or in a larger one; null if there are none close by. */
  at(at: number, atLeast = PIECE_BYTES): PieceTimes | null {
    for (let bytes = atLeast; bytes <= MAX_PIECE_BYTES; bytes *= 4) {
      const piece = bytesAt(this.#file, at, bytes);
      const first = at === 0 ? 0 : piece.indexOf(10) + 1;
      const end = piece.lastIndexOf(10) + 1;
      if ((at === 0 || first > 0) && end > first) {
        this.#earliest = Number.POSITIVE_INFINITY;
        this.#latest = Number.NEGATIVE_INFINITY;
        this.#parser.push(piece.subarray(first, end));
        this.#parser.flush();
        if (this.#latest >= this.#earliest) {
          return { earliest: this.#earliest, latest: this.#latest, lineStart: at + first };
        }
      }
      if (at + bytes >= this.size) return null;
    }
    return null;
  }

  close(): void {
    closeSync(this.#file);
  }
}
