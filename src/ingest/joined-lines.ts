/** Lines of the input that are read as one. */
import { SLACK_BYTES } from './envelopes/line.ts';
import type { Tally } from './tally.ts';

const NEWLINE = 10;

/** Reads the line b[from, to), which starts at `offset` in the input. */
export type ReadLine = (b: Buffer, v: DataView, from: number, to: number, offset: number) => void;

/** The first of them: where it starts in the input, and which it is of the lines that were counted. */
export interface FirstLine {
  readonly offset: number;
  readonly number: number;
}

/** @param parts the text of the line @param further how many lines behind the first are part of it; all were counted */
export function readJoined(
  { offset, number }: FirstLine,
  parts: readonly Uint8Array[],
  further: number,
  tally: Tally,
  read: ReadLine,
): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const b = Buffer.concat(parts, length + 1 + SLACK_BYTES);
  b[length] = NEWLINE;
  const counted = tally.lines;
  tally.lines = number;
  tally.continuation += further;
  read(b, new DataView(b.buffer, b.byteOffset, b.length), 0, length, offset);
  tally.lines += counted - number;
}
