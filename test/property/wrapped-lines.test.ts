// Lines that rich's handler for logging broke at the width of its console are read as they were before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, type Row } from '../helpers/ingest.ts';
import { all, type Request } from '../unit/ingest/no-layout/requests.ts';

/** As rich/_wrap.py divides a text: at blanks, and in the middle of words that are longer than a line. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    const bare = word.trimEnd();
    if (line.length + bare.length <= width) {
      line += word;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (line.trimEnd().length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line].map((one) => one.trimEnd());
}

interface Shape {
  readonly columns: number;
  readonly source: string;
  /** How a stamp is shown; null: it is not. */
  readonly stamp: ((at: number) => string) | null;
}

/** A record as rich prints it: under the stamp of the second before blanks, all lines of one width. */
function printed(text: string, at: number, before: number, { columns, source, stamp }: Shape): string {
  const shown = stamp ? `${stamp(at)} ` : '';
  const isSame = stamp !== null && stamp(at) === stamp(before);
  const head = `${isSame ? ' '.repeat(shown.length) : shown}INFO     `;
  const width = columns - head.length - (source === '' ? 0 : source.length + 1);
  const lines = wrap(text, width);
  return lines
    .map((line, i) =>
      i === 0
        ? `${head}${line.padEnd(width)}${source === '' ? '' : ` ${source}`}`
        : `${' '.repeat(head.length)}${line}`.padEnd(columns),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const iso = (at: number) => new Date(at).toISOString();
const us = (at: number) =>
  `${iso(at).slice(5, 7)}/${iso(at).slice(8, 10)}/${iso(at).slice(2, 4)} ${iso(at).slice(11, 19)}`;
const shape = fc.record({
  columns: fc.integer({ min: 75, max: 200 }),
  source: fc.constantFrom('httptools_impl.py:482', 'app.py:8', ''),
  stamp: fc.constantFrom(
    (at: number) => `[${us(at)}]`,
    (at: number) => `[${iso(at).slice(0, 19).replace('T', ' ')}]`,
    (at: number) => `[${iso(at).slice(11, 19)}]`,
  ),
});

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  404: 'Not Found',
  500: 'Internal Server Error',
};
const message = (r: Request, query: string) =>
  `127.0.0.1:5000 - "${r.method} ${r.path.split('?')[0]}${query} HTTP/1.1" ${r.status} ${phrases[r.status]}`;

const told = (rows: readonly Row[]) => rows.map(({ route, status, time, format }) => ({ route, status, time, format }));

describe("lines of rich's handler", () => {
  it('give the rows of the records that they were made of', () => {
    const query = fc.oneof(fc.constant(''), fc.stringMatching(/^\?q=[\w&%=-]{0,90}$/));
    fc.assert(
      fc.property(shape, fc.array(query, { minLength: 40, maxLength: 40 }), (one, queries) => {
        const some = all.slice(0, queries.length);
        const log = (columns: number) =>
          some
            .map((r, i) => printed(message(r, queries[i]), r.end, some[i - 1]?.end ?? 0, { ...one, columns }))
            .join('');
        const whole = parse(log(400));
        const broken = parse(log(one.columns));
        expect(broken.report.unparsed).toBe(0);
        expect(told(broken.rows)).toEqual(told(whole.rows));
        expect(broken.rows.map(({ status }) => status)).toEqual(some.map(({ status }) => status));
        const pieces = parse(log(one.columns), { chunkBytes: 77 });
        expect(pieces.rows).toEqual(broken.rows);
      }),
      { numRuns: 40 },
    );
  });
});
