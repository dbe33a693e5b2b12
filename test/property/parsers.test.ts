// Reading is total: no bytes make it throw, hang or lose a good line, and no cut of the input changes what it says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { parse } from '../helpers/ingest.ts';

const folder = join(import.meta.dirname, '../unit/ingest/captures');
const capture = (name: string) => readFileSync(join(folder, name));
const captures = [
  'gunicorn-sync-odd-requests.log',
  'gunicorn-sync-one-stream.log',
  'hypercorn-odd-requests.log',
  'uwsgi-odd-requests-harakiri.log',
  'sanic-debug.log',
  'nginx-upstream-times.log',
  'gunicorn-syslog-datagrams.log',
  'werkzeug-odd-requests.log',
].map(capture);

const sampleLines = formats.flatMap(({ samples }) => samples.map(({ line }) => line));

/** Every line is counted once, and every request has a row. */
function expectWhole({ report, rows }: ReturnType<typeof parse>): void {
  const { lines, requests, lifecycle, continuation, unparsed } = report;
  expect(requests + lifecycle + continuation + unparsed).toBe(lines);
  expect(rows).toHaveLength(requests);
  for (const { route, worker, thread } of rows) {
    for (const name of [route, worker, thread])
      expect(name ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  }
}

describe('reading', () => {
  it('gives the same for every cut of the input', () => {
    fc.assert(
      fc.property(fc.constantFrom(...captures), fc.integer({ min: 1, max: 5000 }), (bytes, chunkBytes) => {
        expect(parse(bytes, { chunkBytes })).toEqual(parse(bytes));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same byte by byte', () => {
    const bytes = capture('gunicorn-sync-odd-requests.log');
    expect(parse(bytes, { chunkBytes: 1 })).toEqual(parse(bytes));
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 700 }), (bytes, chunkBytes) => {
        expectWhole(parse(bytes, { chunkBytes }));
      }),
      { numRuns: 150 },
    );
  });

  it('takes lines that were cut, joined, and changed', () => {
    const change = fc.record({
      line: fc.constantFrom(...sampleLines),
      cut: fc.integer({ min: 0, max: 300 }),
      at: fc.nat({ max: 300 }),
      insert: fc.constantFrom(
        '',
        '"',
        '\\',
        '\u001b[31m',
        '\0',
        ' - - [',
        '{',
        '}',
        '%0a',
        '<',
        'é',
        '\r',
        ' HTTP/1.1" 200 ',
      ),
      joined: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const text = changes
          .map(({ line, cut, at, insert, joined }) => {
            const changed = line.slice(0, at) + insert + line.slice(at);
            return changed.slice(0, changed.length - Math.min(cut, changed.length)) + (joined ? '' : '\n');
          })
          .join('');
        expectWhole(parse(text));
      }),
      { numRuns: 150 },
    );
  });

  it('loses no good line because of what stands around it', () => {
    const good = (i: number) =>
      `203.0.113.${i} - - [29/Oct/2024:17:04:${String(10 + i)} +0000] "GET /good HTTP/1.1" 200 ${i} "-" "curl" pid=<7> us=${1000 + i}`;
    const junk = fc.array(fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom(...sampleLines.slice(0, 20))), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(junk, { minLength: 12, maxLength: 12 }), (between) => {
        const text = between
          .map((lines, i) => [...lines.map((line) => line.replaceAll('\n', ' ')), good(i)].join('\n'))
          .join('\n');
        const rows = parse(`${text}\n`).rows.filter(({ route, worker }) => route === 'GET /good' && worker === '7');
        expect(rows.map(({ bytes, duration, status }) => [bytes, duration, status])).toEqual(
          between.map((_, i) => [i, 1000 + i, 200]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('does not look at lines of very many columns as if they were of a log of requests', () => {
    const text = `GET /a 200 ${'1,234'.repeat(1600)}\n`.repeat(80);
    const before = process.cpuUsage();
    expectWhole(parse(text));
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(2);
  });

  it('takes time in proportion to the input, whatever it is', () => {
    const patterns = [
      '"',
      '[',
      ' ',
      '\\',
      '{"a":',
      '{"log":"',
      '<',
      'GET / ',
      ' - - [',
      '%',
      'a=',
      '\u001b[',
      'INFO: ',
      '1.',
      ', ',
      '] "',
    ];
    for (const pattern of patterns) {
      for (const lineBytes of [2000, 200_000]) {
        const line = pattern.repeat(Math.ceil(lineBytes / pattern.length));
        const text = `${line}\n`.repeat(Math.ceil(400_000 / lineBytes));
        const before = process.cpuUsage();
        expectWhole(parse(text));
        const { user } = process.cpuUsage(before);
        expect(user / 1e6, `${JSON.stringify(pattern)} in lines of ${lineBytes}`).toBeLessThan(4);
      }
    }
  });
});

it('counts a line that is refused once its kind is settled', () => {
  const line = 'ts=%0a2024-10-29T17:04:15.123Z level=info method=GET path="/a?x=1" status=200 duration=31.5ms pid=123';
  expectWhole(parse(Buffer.from(`${line}\n`)));
});
