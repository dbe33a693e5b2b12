// A rare kind of lines between those of the log's own: what it takes of them it must not take from the kind that reads more of it.
import { expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const line = (i: number, rest = '') =>
  `203.0.113.7 - - [29/Oct/2024:17:${10 + Math.floor(i / 600)}:${10 + (Math.floor(i / 12) % 50)} +0000] "GET /item/${i} HTTP/1.1" 200 12 "-" "curl/8.5.0" pid=<${700 + (i % 3)}> us=${100_000 + i}${rest}\n`;

it('two lines with a long tail of rubbish, far apart: all others keep their pids and durations', () => {
  const rubbish = 'x'.repeat(55_000);
  const odd = new Set([1500, 1700]);
  const log = Array.from({ length: 2500 }, (_, i) => line(i, odd.has(i) ? rubbish : '')).join('');
  const { rows, report } = parse(log);
  expect(report.requests).toBe(2500);
  expect(rows.filter(({ worker }) => worker !== null).length).toBeGreaterThanOrEqual(2498);
  expect(rows.filter(({ duration }) => duration !== null).length).toBeGreaterThanOrEqual(2498);
});
