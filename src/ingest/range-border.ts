/** Where a range of a file may begin so that its lines are read as in the whole file: at a line that is a request whatever stands before it. */
import { isCopyOf } from './copied-lines.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import type { RecordLines } from './record-lines.ts';

/**
 * @param lines whole lines. No range begins at the first one, as it may be a copy of the line before it
 * @param records what is known about records of several lines
 * @returns offset of the line; -1: none
 */
export function firstBorder(
  lines: Uint8Array,
  records: RecordLines,
  isRequest: (b: Buffer, v: DataView, from: number, to: number) => boolean,
): number {
  const b = Buffer.alloc(lines.length + SLACK_BYTES);
  b.set(lines);
  let found = -1;
  const read = records.alike((text, v, from, to, offset) => {
    if (found < 0 && isBorder(b, offset, records) && isRequest(text, v, from, to)) found = offset;
  });
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  for (let from = 0; found < 0; ) {
    const to = lines.indexOf(10, from);
    if (to < 0) break;
    read.line(b, v, from, endOf(b, from, to), from);
    from = to + 1;
  }
  return found;
}

const endOf = (b: Buffer, from: number, newline: number): number =>
  newline > from && b[newline - 1] === 13 ? newline - 1 : newline;

/** Whether the line at `from` neither copies nor continues the one before it. */
function isBorder(b: Buffer, from: number, records: RecordLines): boolean {
  if (from === 0) return false;
  const before = from < 2 ? 0 : b.lastIndexOf(10, from - 2) + 1;
  const end = endOf(b, from, b.indexOf(10, from));
  const endBefore = endOf(b, before, from - 1);
  const isSame = b.compare(b, before, endBefore, from, end) === 0;
  return !isSame && !isCopyOf(b, from, end, b, before, endBefore) && records.standsAlone(b, from, end);
}
