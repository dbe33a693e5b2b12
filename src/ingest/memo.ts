/**
 * Remembers the id of the bytes of a value, so that the expensive part (making a string, a route, a dictionary entry) is done once per
 * distinct value. An open-addressing table over a hash of 32-bit words. The bytes are kept and compared, so two values never share an id.
 * When full, it forgets everything, which takes time but never changes an id.
 */
export interface Memo {
  /** Id of b[from, to). `v` shows the same memory, and must be readable up to 8 bytes past `to`. */
  lookUp(b: Uint8Array, v: DataView, from: number, to: number): number;
  forget(): void;
}

const FIRST_SLOTS = 1 << 6;
const MOST_SLOTS = 1 << 14;
const STORE_BYTES = 1 << 21;
/** Longer values are not kept: their id is made anew each time. */
const MAX_BYTES = 4096;

/** Masks for the bytes of a word that belong to a value, of which 0 to 3 are left. */
export const LOW_BYTES = [0, 0xff, 0xffff, 0xffffff];

/** Hash of b[from, to) by 32-bit words. */
export function hashBytes(v: DataView, from: number, to: number): number {
  let hash = to - from;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    hash = Math.imul(hash ^ v.getInt32(i, true), 0x2c1b3c6d);
    hash ^= hash >>> 15;
  }
  if (i < to) {
    hash = Math.imul(hash ^ (v.getInt32(i, true) & LOW_BYTES[to - i]), 0x2c1b3c6d);
    hash ^= hash >>> 15;
  }
  return Math.imul(hash, 0x297a2d39) ^ (hash >>> 13);
}

/** @param make gets the bytes of a value that is not known; it must always give the same id for the same bytes */
export function createMemo(make: (b: Uint8Array, from: number, to: number) => number): Memo {
  let slots = FIRST_SLOTS;
  let ids = new Int32Array(slots);
  let hashes = new Int32Array(slots);
  let starts = new Int32Array(slots);
  let lengths = new Int32Array(slots).fill(-1);
  let store = new Uint8Array(256 + 8);
  let words = new DataView(store.buffer);
  let stored = 0;
  let used = 0;

  const equal = (at: number, v: DataView, from: number, length: number): boolean => {
    let k = 0;
    for (; k + 4 <= length; k += 4) if (words.getInt32(at + k, true) !== v.getInt32(from + k, true)) return false;
    if (k === length) return true;
    return ((words.getInt32(at + k, true) ^ v.getInt32(from + k, true)) & LOW_BYTES[length - k]) === 0;
  };

  const forget = () => {
    lengths.fill(-1);
    stored = 0;
    used = 0;
  };

  /** The table is only as large as needed: there may be thousands of small logs with memos of their own. */
  const grow = () => {
    const old = { ids, hashes, starts, lengths };
    slots *= 4;
    ids = new Int32Array(slots);
    hashes = new Int32Array(slots);
    starts = new Int32Array(slots);
    lengths = new Int32Array(slots).fill(-1);
    for (let i = 0; i < old.ids.length; i++) {
      if (old.lengths[i] < 0) continue;
      let slot = old.hashes[i] & (slots - 1);
      while (lengths[slot] >= 0) slot = (slot + 1) & (slots - 1);
      ids[slot] = old.ids[i];
      hashes[slot] = old.hashes[i];
      starts[slot] = old.starts[i];
      lengths[slot] = old.lengths[i];
    }
  };

  const keep = (slot: number, hash: number, b: Uint8Array, from: number, to: number, id: number) => {
    if (used * 2 > MOST_SLOTS || stored + (to - from) > STORE_BYTES) {
      forget();
      return;
    }
    if (stored + (to - from) + 8 > store.length) {
      const bigger = new Uint8Array(Math.max(store.length * 2, stored + (to - from) + 8));
      bigger.set(store);
      store = bigger;
      words = new DataView(store.buffer);
    }
    for (let i = from, k = stored; i < to; i++, k++) store[k] = b[i];
    starts[slot] = stored;
    lengths[slot] = to - from;
    hashes[slot] = hash;
    ids[slot] = id;
    stored += to - from;
    used++;
    if (used * 2 > slots && slots < MOST_SLOTS) grow();
  };

  return {
    forget,
    lookUp(b, v, from, to) {
      const length = to - from;
      if (length > MAX_BYTES) return make(b, from, to);
      const hash = hashBytes(v, from, to);
      let slot = hash & (slots - 1);
      while (lengths[slot] >= 0) {
        if (hashes[slot] === hash && lengths[slot] === length && equal(starts[slot], v, from, length)) return ids[slot];
        slot = (slot + 1) & (slots - 1);
      }
      const id = make(b, from, to);
      keep(slot, hash, b, from, to, id);
      return id;
    },
  };
}
