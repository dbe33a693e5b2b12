/** Several lines of the input that are read as one. */
import { SLACK_BYTES } from './envelopes/line.ts';
import type { Tally } from './tally.ts';

const NEWLINE = 10;

/** Reads the line b[from, to), which starts at `offset` in the input. */
export type ReadLine = (b: Buffer, v: DataView, from: number, to: number, offset: number) => void;

/** The first of the joined lines: its offset in the input, and its number. */
export interface FirstLine {
  readonly offset: number;
  readonly number: number;
}

/**
 * @param parts the texts to join
 * @param further number of lines after the first that belong to it; all were counted already
 */
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
