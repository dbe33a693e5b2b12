/**
 * Recent routes, looked up while the request line is read. "GET /users/42/orders/7" and "GET /users/9/orders/1" are the same, because only
 * the pieces between the numbers are compared, byte for byte. A new entry replaces the one in its slot.
 */
import { isDigit } from './bytes.ts';
import type { KernelMemory } from './kernel/memory.ts';
import { LOW_BYTES } from './memo.ts';

/** A path with two numbers has three pieces. Paths with more numbers take the slow way. */
export const PIECES = 3;
/** Longest piece that is kept, in bytes. */
export const PIECE_BYTES = 64;
/** Longer runs of digits are not replaced in the names of routes. */
export const MAX_DIGITS = 20;
/** Of the tables that kernels read: 2^SLOT_BITS slots. */
const SLOT_BITS = 11;
/** Of the tables of logs without kernels, as there may be thousands of these. */
const FEW_SLOT_BITS = 9;
/** A slot is what remains of a 32-bit hash shifted right by this. */
export const SHIFT = 32 - SLOT_BITS;

const SLASH = 47;
/** Absolute URLs and hosts begin with a lower-case letter. They are part of the first piece. */
export const SMALL_A = 97;
export const LETTERS = 26;
const isSmallLetter = (byte: number): boolean => byte >= SMALL_A && byte < SMALL_A + LETTERS;

const DIGIT = 1;
const END = 2;
const ODD = 3;
/** What a byte means in a request line; 0: nothing special. A backslash may begin an escape, so such a line is not plain. */
const kindOf = new Uint8Array(256);
kindOf.fill(END, 0, 33);
for (const text of '?"') kindOf[text.charCodeAt(0)] = END;
for (const text of '0123456789') kindOf[text.charCodeAt(0)] = DIGIT;
kindOf[92] = ODD;

export class RouteCache {
  /** Set by `find`: position behind the path. */
  end = 0;
  readonly #shift: number;
  readonly #ids: Int32Array;
  /** Lengths of the pieces; -1: there is no such piece. */
  readonly #lengths: Int32Array;
  readonly #words: DataView;
  /** Addresses of ids, lengths and bytes of the pieces, in the memory that kernels share. */
  readonly idsAt: number;
  readonly lengthsAt: number;
  readonly wordsAt: number;
  /** Where the pieces of the last line that was looked up begin and end; an end of -1: there is no such piece. */
  #from = 0;
  #to = -1;
  #from2 = 0;
  #to2 = -1;
  #from3 = 0;
  #to3 = -1;
  /** Slot of the last line that was looked up; -1: it cannot be kept. */
  #slot = -1;

  constructor(memory: KernelMemory | null = null) {
    const words = (length: number) => memory?.int32(length) ?? new Int32Array(length);
    const bits = memory ? SLOT_BITS : FEW_SLOT_BITS;
    const slots = 1 << bits;
    this.#shift = 32 - bits;
    this.#ids = words(slots);
    this.#lengths = words(slots * PIECES).fill(-1);
    // Whole words are read and written, even if a piece ends within one.
    const kept = words((slots * PIECES * PIECE_BYTES) / 4 + 1);
    this.#words = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
    this.idsAt = this.#ids.byteOffset;
    this.lengthsAt = this.#lengths.byteOffset;
    this.wordsAt = kept.byteOffset;
  }

  /**
   * Id of the route with method and path at b[from], whose path starts at `path`; -2: it is not known, and `keep` may be called. A byte
   * that ends the path (blank, quote, "?" or control character) must follow.
   */
  find(b: Uint8Array, v: DataView, from: number, path: number): number {
    this.#slot = -1;
    if (b[path] !== SLASH && !isSmallLetter(b[path])) return -2;
    let start = from;
    let to = -1;
    let from2 = 0;
    let to2 = -1;
    let hash = 0;
    let p = path;
    for (;;) {
      let kind = kindOf[b[p]];
      while (kind === 0) kind = kindOf[b[++p]];
      if (kind !== DIGIT) {
        if (kind === ODD) return -2;
        break;
      }
      const digits = p;
      do p++;
      while (isDigit(b[p]));
      if (b[digits - 1] !== 47 || (b[p] !== 47 && kindOf[b[p]] !== END)) continue;
      if (to2 >= 0 || p - digits > MAX_DIGITS) return -2;
      if (to < 0) to = digits;
      else {
        from2 = start;
        to2 = digits;
      }
      hash = hashPiece(v, start, digits, hash);
      start = p;
    }
    hash = hashPiece(v, start, p, hash);
    const slot = Math.imul(hash, 0x2c1b3c6d) >>> this.#shift;
    this.end = p;
    if (to < 0) {
      if (this.#same(v, slot, from, p, -1)) return this.#ids[slot];
    } else if (to2 < 0) {
      const same = this.#same(v, slot, from, to, p - start) && this.#lengths[slot * PIECES + 2] === -1;
      if (same && this.#sameBytes(v, slot, 1, start, p)) return this.#ids[slot];
    } else {
      const same = this.#same(v, slot, from, to, to2 - from2) && this.#lengths[slot * PIECES + 2] === p - start;
      if (same && this.#sameBytes(v, slot, 1, from2, to2) && this.#sameBytes(v, slot, 2, start, p)) {
        return this.#ids[slot];
      }
    }
    this.#remember(from, to, from2, to2, start, p, slot);
    return -2;
  }

  #remember(from: number, to: number, from2: number, to2: number, last: number, end: number, slot: number): void {
    const numbers = to < 0 ? 0 : to2 < 0 ? 1 : 2;
    this.#from = from;
    this.#to = numbers === 0 ? end : to;
    this.#from2 = numbers === 2 ? from2 : last;
    this.#to2 = numbers === 0 ? -1 : numbers === 1 ? end : to2;
    this.#from3 = last;
    this.#to3 = numbers === 2 ? end : -1;
    const longest = Math.max(this.#to - this.#from, this.#to2 - this.#from2, this.#to3 - this.#from3);
    this.#slot = longest > PIECE_BYTES ? -1 : slot;
  }

  forget(): void {
    this.#lengths.fill(-1);
    this.#slot = -1;
  }

  /** Keeps the id of the last line that was not found. */
  keep(v: DataView, id: number): void {
    const slot = this.#slot;
    if (slot < 0) return;
    this.#keepPiece(v, slot * PIECES, this.#from, this.#to);
    this.#keepPiece(v, slot * PIECES + 1, this.#from2, this.#to2);
    this.#keepPiece(v, slot * PIECES + 2, this.#from3, this.#to3);
    this.#ids[slot] = id;
  }

  #keepPiece(v: DataView, place: number, from: number, to: number): void {
    this.#lengths[place] = to < 0 ? -1 : to - from;
    for (let i = from, k = place * PIECE_BYTES; i < to; i += 4, k += 4)
      this.#words.setInt32(k, v.getInt32(i, true), true);
  }

  /** Whether the first piece equals the kept one, and the second one has this length. */
  #same(v: DataView, slot: number, from: number, to: number, length2: number): boolean {
    const place = slot * PIECES;
    return (
      this.#lengths[place] === to - from &&
      this.#lengths[place + 1] === length2 &&
      this.#sameBytes(v, slot, 0, from, to)
    );
  }

  #sameBytes(v: DataView, slot: number, piece: number, from: number, to: number): boolean {
    const words = this.#words;
    let k = (slot * PIECES + piece) * PIECE_BYTES;
    let i = from;
    for (; i + 4 <= to; i += 4, k += 4) if (words.getInt32(k, true) !== v.getInt32(i, true)) return false;
    return i === to || ((words.getInt32(k, true) ^ v.getInt32(i, true)) & LOW_BYTES[to - i]) === 0;
  }
}

/** Continues the hash of the pieces before. */
function hashPiece(v: DataView, from: number, to: number, seed: number): number {
  let hash = seed + to - from;
  let i = from;
  for (; i + 4 <= to; i += 4) hash = ((hash << 5) | (hash >>> 27)) + v.getInt32(i, true);
  return i < to ? ((hash << 5) | (hash >>> 27)) + (v.getInt32(i, true) & LOW_BYTES[to - i]) : hash | 0;
}
