// A log that was truncated while it was written: the torn end of one line may be followed by the torn beginning of another.
import { expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { createNames } from '../../src/core/names.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

const FIRST = 100_000;
/** Good lines between two joints. */
const BETWEEN = 12;
/** Longer than any line. */
const MOST_BYTES = 110;

/** The number of a line stands where the size of the answer does. */
const line = (n: number): string =>
  `127.0.0.1 - - [30/Nov/2026:01:04:05 +0000] "GET /items HTTP/1.1" 200 ${n} "-" "writer" pid=<${8700 + (n % 4)}> us=${1000 + (n % 977)}\n`;

it('two parts of different lines make one request at most, and no good line is lost or told twice', () => {
  const sizes: number[] = [];
  const parser = createParser({
    path: 'live.log',
    source: 0,
    names: createNames(),
    formats,
    sink: { batch: (batch) => sizes.push(...batch.bytes.subarray(0, batch.length)), lifecycle: () => {} },
  });
  let next = FIRST;
  const torn = new Set<number>();
  const push = (text: string) => parser.push(Buffer.from(text));
  const pushLines = (count: number) => {
    for (let i = 0; i < count; i++) push(line(next++));
    parser.flush();
  };
  pushLines(400);
  const many: string[] = [];
  const beside: string[] = [];
  for (let end = 0; end < MOST_BYTES; end++) {
    for (let from = 0; from < MOST_BYTES; from += 11) {
      const before = sizes.length;
      const [beginning, rest] = [line(next).slice(0, end), line(next + 1).slice(from)];
      const joint = beginning + rest;
      torn.add(next++).add(next++);
      push(joint);
      parser.flush();
      pushLines(BETWEEN);
      const made = sizes.slice(before).filter((size) => torn.has(size) || size < FIRST || size >= next);
      if (made.length > joint.split('\n').length - 1) many.push(joint);
      // A line that is whole is read, whatever stands before it; but what clients send may hold anything, a line as well.
      const isInside = / 200 \d+ /.test(beginning);
      if (from === 0 && !isInside && made.at(-1) !== next - BETWEEN - 1) beside.push(joint);
    }
  }
  parser.end();
  const read = new Set(sizes);
  const lost = Array.from({ length: next - FIRST }, (_, i) => FIRST + i).filter((n) => !read.has(n) && !torn.has(n));
  expect({ many, beside, lost }).toEqual({ many: [], beside: [], lost: [] });
});
