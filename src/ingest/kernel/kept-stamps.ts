/**
 * What a kernel keeps of the last stamp, to recognise it by its bytes. Of a stamp in whole seconds it keeps all of it; otherwise the part
 * up to the fraction, and what follows the fraction.
 */
import type { Field, StampShape } from '../../core/format.ts';
import { remembered } from '../compile/emit.ts';
import { fractionAt, type StampCursor } from '../stamp-parts.ts';
import type { KernelParts } from './compile.ts';

/**
 * Byte offsets of the kept whole stamp. Its bytes are at 0; then follow its value (µs; NaN: none is kept), a mask of the bytes that are
 * compared, and its length.
 */
const WHOLE_BYTES = 32;
export const WHOLE = { micros: 32, counted: 40, length: 44 } as const;
/**
 * Byte offsets of the kept second: the bytes up to the fraction, their value (µs; NaN: none is kept), the bytes behind the fraction, a mask
 * of those that are compared, and their number.
 */
export const SECOND = { bytes: 48, micros: 80, tail: 88, counted: 96, length: 104 } as const;
const KEPT_WORDS = 28;

/** Bytes of a stamp in front of its fraction of a second. */
export const secondBytes: Partial<Record<StampShape, number>> = {
  iso: 19,
  'iso-utc': 19,
  clf: 20,
  'clf-local': 20,
  'clf-blank': 20,
};

const ISO_WITHOUT_ZONE = 19;
/** Length of "2024/10/29 - 17:04:15". A bar behind the next byte shows that neither an offset nor "PM" follows. */
const YEAR_FIRST = 21;
const [BLANK, PLUS, MINUS, BAR] = [32, 43, 45, 124];
/** Most bytes behind a fraction that are compared at once. */
const MOST_TAIL = 8;

export type StampField = Extract<Field, { kind: 'time' | 'until' | 'collected' }>;

/** How many bytes behind a stamp of whole seconds must be compared, too; null: the stamp is not kept. */
function wholeOf(shape: StampShape, b: Buffer, p: number, { end, digits }: StampCursor): number | null {
  const bytes = end - p;
  // The next byte is compared, as it ended the stamp. A blank is not enough, as an offset may follow it.
  const isOpen = bytes === ISO_WITHOUT_ZONE && b[end] === BLANK;
  if (shape === 'iso')
    return digits === 0 && bytes >= ISO_WITHOUT_ZONE && bytes < WHOLE_BYTES - 2 && !isOpen ? 1 : null;
  if (shape === 'year-first') return digits === 0 && bytes === YEAR_FIRST && b[end + 1] === BAR ? 2 : null;
  return bytes === remembered[shape] ? 1 : null;
}

/** How many bytes behind the fraction must be compared, for a stamp whose offset ends at `end`; null: more than can be. */
function tailOf(shape: StampShape, b: Buffer, from: number, { end }: StampCursor): number | null {
  // The name of a zone depends on what follows it.
  if (end > from) return end - from < MOST_TAIL ? end - from + 1 : null;
  const isSign = (byte: number) => byte === PLUS || byte === MINUS;
  const isCapital = (byte: number) => byte >= 65 && byte <= 90;
  // What begins like an offset, or like the blank in front of one, may be one, depending on what follows.
  if (isSign(b[from])) return null;
  if (b[from] !== BLANK) return 1;
  return isSign(b[from + 1]) || (shape.startsWith('clf') && isCapital(b[from + 1])) ? null : 2;
}

/** Import of a kernel that reads a stamp with its reader and keeps it, so that the kernel recognises it. `at`: the address of what is kept. */
export function stampImport(
  { shape, kind }: StampField,
  { runtime, input, zone }: KernelParts,
): { at: number; read: (p: number) => number } {
  const { memory, b, v } = input;
  const { cursor } = runtime;
  const reader = runtime.stamp(shape, kind === 'collected' ? undefined : zone);
  const { [shape]: second = 0 } = secondBytes;
  const words = memory.int32(KEPT_WORDS);
  const at = words.byteOffset;
  const bytes = new Uint8Array(words.buffer, at, words.byteLength);
  const wholeMicros = new Float64Array(words.buffer, at + WHOLE.micros, 1);
  const wholeNumbers = words.subarray(WHOLE.counted / 4);
  const secondMicros = new Float64Array(words.buffer, at + SECOND.micros, 1);
  const secondLength = words.subarray(SECOND.length / 4);
  wholeMicros[0] = secondMicros[0] = Number.NaN;
  const fraction: StampCursor = { end: 0, digits: 0, offsetMinutes: Number.NaN };

  const keepWhole = (p: number, read: number) => {
    const behind = wholeOf(shape, b, p, cursor);
    wholeMicros[0] = behind === null ? Number.NaN : read;
    if (behind === null) return;
    const length = cursor.end - p;
    bytes.set(b.subarray(p, p + length + behind));
    wholeNumbers.set([2 ** (length + behind) - 1, length]);
  };
  const keepSecond = (p: number, read: number) => {
    const micros = fractionAt(b, p + second, fraction);
    const tail = tailOf(shape, b, fraction.end, cursor);
    secondMicros[0] = tail === null ? Number.NaN : read - micros;
    if (tail === null) return;
    bytes.set(b.subarray(p, p + second), SECOND.bytes);
    bytes.set(b.subarray(fraction.end, fraction.end + tail), SECOND.tail);
    bytes.fill(0xff, SECOND.counted, SECOND.counted + tail).fill(0, SECOND.counted + tail, SECOND.counted + MOST_TAIL);
    bytes.fill(0, SECOND.tail + tail, SECOND.tail + MOST_TAIL);
    secondLength[0] = cursor.end - fraction.end;
  };
  return {
    at,
    read: (p) => {
      const read = reader(b, v, p);
      memory.end[0] = cursor.end;
      const isPart = cursor.digits > 0 && second > 0 && read === read;
      if (isPart) keepSecond(p, read);
      else keepWhole(p, read);
      return read;
    },
  };
}
