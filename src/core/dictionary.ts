/**
 * Texts that are interned once per distinct value: from bytes to a small integer, with a string made only when it is asked for. An
 * open-addressing table over FNV-1a hashes. The bytes are kept and compared, so two values never share an id.
 */
export interface Dictionary {
  readonly size: number;
  /** Id of bytes[from, to); a new one if it is unknown. */
  intern(bytes: Uint8Array, from: number, to: number): number;
  /** Id of a string (as UTF-8); a new one if it is unknown. */
  add(text: string): number;
  /** Id of a string; -1: unknown. */
  find(text: string): number;
  text(id: number): string;
  /** Hash of a text, the same in every dictionary. */
  hash(id: number): number;
  /** Whether the text of an id begins with these bytes. Makes no string. */
  begins(id: number, bytes: Uint8Array): boolean;
  /**
   * Forgets the texts that are not needed; the others keep their order.
   * @returns by old id the new one; -1: forgotten. The array is overwritten by the next call: a new array for every few thousand texts
   * would remain in memory until V8 collects garbage.
   */
  keepOnly(isNeeded: Uint8Array): Int32Array;
  /** Forgets everything; ids begin at 0 again. */
  clear(): void;
}

/** Strings of the first so many ids are kept. Others are made anew each time, as there may be very many. */
const KEPT_TEXTS = 4096;

const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();
/** Short texts are encoded here. */
const scratch = new Uint8Array(1024);

function encoded(text: string): Uint8Array {
  return text.length * 3 > scratch.length
    ? encoder.encode(text)
    : scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

export function createDictionary(): Dictionary {
  let table = new Int32Array(256).fill(-1);
  let hashes = new Uint32Array(128);
  let starts = new Float64Array(129);
  let store = new Uint8Array(4096);
  const texts: string[] = [];
  let newIds = new Int32Array(0);
  let size = 0;

  const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash ^= hash >>> 15;
    return hash >>> 0;
  };

  const equal = (id: number, bytes: Uint8Array, from: number, to: number): boolean => {
    const at = starts[id];
    if (starts[id + 1] - at !== to - from) return false;
    for (let i = from, k = at; i < to; i++, k++) if (bytes[i] !== store[k]) return false;
    return true;
  };

  const slotOf = (bytes: Uint8Array, from: number, to: number, hash: number): number => {
    const mask = table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = table[slot];
      if (id < 0 || (hashes[id] === hash && equal(id, bytes, from, to))) return slot;
      slot = (slot + 1) & mask;
    }
  };

  const grow = () => {
    table = new Int32Array(table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let id = 0; id < size; id++) {
      let slot = hashes[id] & mask;
      while (table[slot] >= 0) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    const bigger = new Uint32Array(table.length / 2);
    bigger.set(hashes.subarray(0, size));
    hashes = bigger;
    const wider = new Float64Array(bigger.length + 1);
    wider.set(starts.subarray(0, size + 1));
    starts = wider;
  };

  const keepOnly = (isNeeded: Uint8Array): Int32Array => {
    if (newIds.length < size) newIds = new Int32Array(2 * size);
    newIds.fill(-1, 0, size);
    const mask = table.length - 1;
    table.fill(-1);
    texts.length = 0;
    let kept = 0;
    let end = 0;
    for (let id = 0; id < size; id++) {
      if (isNeeded[id] !== 1) continue;
      const [from, to, hash] = [starts[id], starts[id + 1], hashes[id]];
      store.copyWithin(end, from, to);
      end += to - from;
      hashes[kept] = hash;
      starts[kept + 1] = end;
      let slot = hash & mask;
      while (table[slot] >= 0) slot = (slot + 1) & mask;
      table[slot] = kept;
      newIds[id] = kept++;
    }
    const translation = newIds.subarray(0, size);
    size = kept;
    return translation;
  };

  const intern = (bytes: Uint8Array, from: number, to: number): number => {
    const hash = hashOf(bytes, from, to);
    let slot = slotOf(bytes, from, to, hash);
    if (table[slot] >= 0) return table[slot];
    if ((size + 1) * 2 > table.length) {
      grow();
      slot = slotOf(bytes, from, to, hash);
    }
    const id = size++;
    const at = starts[id];
    const end = at + (to - from);
    if (end > store.length) {
      const bigger = new Uint8Array(Math.max(end, store.length * 2));
      bigger.set(store);
      store = bigger;
    }
    for (let i = from, k = at; i < to; i++, k++) store[k] = bytes[i];
    hashes[id] = hash;
    starts[id + 1] = end;
    table[slot] = id;
    return id;
  };

  return {
    get size() {
      return size;
    },
    intern,
    add(text) {
      const bytes = encoded(text);
      return intern(bytes, 0, bytes.length);
    },
    find(text) {
      const bytes = encoded(text);
      return table[slotOf(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length))];
    },
    text(id) {
      const known = texts[id];
      if (known !== undefined) return known;
      if (!(id >= 0 && id < size)) return '';
      const text = decoder.decode(store.subarray(starts[id], starts[id + 1]));
      if (id < KEPT_TEXTS) texts[id] = text;
      return text;
    },
    hash: (id) => hashes[id],
    begins(id, bytes) {
      const at = starts[id];
      if (!(id >= 0 && id < size) || starts[id + 1] - at < bytes.length) return false;
      for (let k = 0; k < bytes.length; k++) if (store[at + k] !== bytes[k]) return false;
      return true;
    },
    keepOnly,
    clear() {
      table.fill(-1);
      texts.length = 0;
      size = 0;
    },
  };
}
