// Rows that waited for a second line in vain are put behind those of a full batch.
import { expect, test } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { RequestBatch } from '../../../src/core/batch.ts';
import { createNames } from '../../../src/core/names.ts';
import { BatchNormaliser } from '../../../src/core/table.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';

const LINES = 20_000;
const iso = (line: number) => new Date(Date.UTC(2026, 2, 1) + 25 * line).toISOString();

/** Rows whose start and end are known, of lines that all have a time and a duration. */
function rowsOf(lineOf: (line: number) => string): { rows: number; withEnd: number } {
  const counted = { rows: 0, withEnd: 0 };
  const normaliser = new BatchNormaliser();
  const sink = {
    batch(batch: RequestBatch) {
      const { length, end } = normaliser.rowsOf(batch);
      counted.rows += length;
      for (let row = 0; row < length; row++) counted.withEnd += Number(end[row] > 0);
    },
    lifecycle: () => undefined,
  };
  const parser = createParser({ path: 'a.log', source: 0, names: createNames(), formats, timezone: 'UTC', sink });
  parser.push(Buffer.from(Array.from({ length: LINES }, (_, line) => lineOf(line)).join('')));
  parser.end();
  return counted;
}

test('of one client who left hypercorn, and whom the application never answered', () => {
  const hypercorn = (line: number) =>
    `[${iso(line).slice(0, 19).replace('T', ' ')} +0000] [811] [INFO] 10.0.0.1:${20_000 + line} - - [01/Mar/2026:${iso(line).slice(11, 19)} +0000] ` +
    `"GET /items/${line % 7} 1.1" ${line === 100 ? '- -' : '200 512'} "-" "curl/8.5.0"\n`;
  expect(rowsOf(hypercorn)).toEqual({ rows: LINES, withEnd: LINES });
});

test('of hundreds of workers of gunicorn at once', () => {
  const gunicorn = (line: number) =>
    `10.0.0.1 - - [01/Mar/2026:${iso(line).slice(11, 19)} +0000] "GET /items/${line % 7} HTTP/1.1" ` +
    `${line >= 5000 && line < 5300 ? 'None -' : '200 512'} "-" "curl/8.5.0" pid=<${811 + (line % 300)}> us=${1000 + (line % 977) * 31}\n`;
  expect(rowsOf(gunicorn)).toEqual({ rows: LINES, withEnd: LINES });
});
