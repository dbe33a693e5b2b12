// A range begins at a request that is one whatever stands before it.
import { expect, test } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';

const iso = (i: number) => new Date(Date.UTC(2026, 2, 1) + 400 * i).toISOString();
const combined = (i: number) =>
  `10.0.0.1 - - [01/Mar/2026:${iso(i).slice(11, 19)} +0000] "GET /items/${i % 7} HTTP/1.1" 200 ${i} "-" "curl/8.5"\n`;
const pretty = (i: number) =>
  `${JSON.stringify({ time: iso(i), tags: [{ name: 'a' }, { name: 'b' }], method: 'GET', path: '/items', status: 200, ms: i + 0.5 }, null, 2)}\n`;
const rich = (i: number) =>
  `${(i % 3 === 0 ? `[03/01/26 ${iso(i).slice(11, 19)}]` : '').padEnd(20)}INFO     ` +
  `${`10.0.0.1:${20_000 + i} - "GET`.padEnd(29)} httptools_impl.py:482\n${' '.repeat(29)}${`/items/${i % 7} HTTP/1.1" 200 OK`.padEnd(51)}\n`;

interface Kind {
  readonly record: (i: number) => string;
  /** May a range begin at record i? */
  readonly isBorder: (i: number) => boolean;
}
const kinds: Readonly<Record<string, Kind>> = {
  'lines that two handlers wrote': { record: (i) => combined(i).repeat(2), isBorder: () => true },
  'lines that the root logger wrote once more': {
    record: (i) => `${combined(i)}INFO:gunicorn.access:${combined(i)}`,
    isBorder: () => true,
  },
  'JSON in several lines': { record: pretty, isBorder: () => true },
  "broken lines of rich's handler, where they show a stamp": { record: rich, isBorder: (i) => i % 3 === 0 },
};

test.each(Object.entries(kinds))('a range that is cut in %s begins at the next record', (_, { record, isBorder }) => {
  const head = Array.from({ length: 300 }, (_, i) => record(i)).join('');
  const records = Array.from({ length: 40 }, (_, i) => record(300 + i));
  const text = records.join('');
  let at = 0;
  const starts = records.map((one) => {
    at += one.length;
    return at - one.length;
  });
  const parser = createParser({
    path: 'a.log',
    source: 0,
    names: createNames(),
    formats,
    timezone: 'UTC',
    sink: { batch: () => undefined, lifecycle: () => undefined },
    range: { from: 0, head: Buffer.from(head) },
  });
  for (let near = 0; near >= 0 && near < starts[20]; near = text.indexOf('\n', near) + 1) {
    const found = parser.firstBorder(Buffer.from(text.slice(near)));
    const next = starts.findIndex((start, i) => start > near && isBorder(300 + i));
    expect(near + found, `behind ${near}`).toBe(starts[next]);
  }
});
