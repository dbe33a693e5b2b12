// A line in an envelope gives the row it gives without it, whatever stands in the line and however its neighbours look.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../helpers/ingest.ts';

const second = (i: number) => String(10 + (i % 50)).padStart(2, '0');
const odd = [
  '"GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
  '"GET /users/42/orders/7?x=1&y="2" HTTP/1.1" 200 512 "-" "curl/8.5.0"',
  '"POST /a b HTTP/1.1" 201 0 "-" "A \\"q\\" \\\\ end"',
  '"GET /caf\u00e9 HTTP/1.1" 404 - "http://x/"y"" "<script>&</script>"',
  '"GET /back\\\\slash HTTP/1.1" 200 5 "-" "\\t\u2028"',
  '"" 400 0 "-" "-"',
  '"GET /a HTTP/1.1" None 0 "-" ""',
  '"GET /users/41/orders/9 HTTP/1.1" 500 77 "https://shop.example/a?b=c" "Mozilla/5.0 (X11; Linux x86_64)"',
];

interface Written {
  readonly request: string;
  readonly pid: number;
  readonly micros: number;
  /** Seconds by which the envelope's stamp is off. */
  readonly late: number;
  readonly host: string;
}

const written = fc.record({
  request: fc.oneof({ weight: 6, arbitrary: fc.constant(odd[0]) }, fc.constantFrom(...odd)),
  pid: fc.constantFrom(7, 8712, 8713),
  micros: fc.nat({ max: 2_000_000_000 }),
  late: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(-2, 3)),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant('web-1') }, fc.constantFrom('web-2', 'db')),
});

const bare = ({ request, pid, micros }: Written, i: number) =>
  `203.0.113.${i % 200} - - [29/Oct/2024:17:04:${second(i)} +0000] ${request} pid=<${pid}> us=${micros}`;
const stampOf = ({ late }: Written, i: number) =>
  new Date(Date.UTC(2024, 9, 29, 17, 4, Number(second(i)) + late)).toISOString().slice(0, 19);

const envelopes: Record<string, (line: string, one: Written, i: number) => string> = {
  docker: (line, one, i) =>
    JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: `${stampOf(one, i)}.123456789Z` })
      .replaceAll('<', '\\u003c')
      .replaceAll('&', '\\u0026'),
  'docker logs -t': (line, one, i) => `${stampOf(one, i)}.123456789Z ${line}`,
  cri: (line, one, i) => `${stampOf(one, i)}.123456789+00:00 stdout F ${line}`,
  compose: (line, { host }) => `${host.padEnd(6)} | ${line}`,
  kubectl: (line, { host }) => `[pod/${host}/app] ${line}`,
  stern: (line, { host }) => `${host}-7f9c4d5b6-x2x9z app ${line}`,
  fly: (line, one, i) => `${stampOf(one, i)}Z app[${one.host}] fra [info]${line}`,
  rfc5424: (line, one, i) => `<134>1 ${stampOf(one, i)}.123456Z ${one.host} gunicorn 99 - - ${line}`,
  heroku: (line, one, i) => `${stampOf(one, i)}.123456+00:00 app[${one.host}]: ${line}`,
  json: (line, one, i) => JSON.stringify({ asctime: `${stampOf(one, i)},123`, process: one.pid, message: line }),
  'json with a thread': (line, one, i) =>
    JSON.stringify({
      timestamp: `${stampOf(one, i)}.123456Z`,
      event: line,
      thread: 140_000 + (i % 3),
      process: one.pid,
    }),
  // Some of the lines with a colour inside, too.
  ansi: (line, { host }) => `\u001b[36m${host === 'db' ? line.replace('"', '\u001b[1m"') : line}\u001b[0m`,
  'fastapi run': (line) => `      INFO   ${line}`,
  rich: (line, _one, i) =>
    `${i % 3 === 0 ? `[10/29/24 17:04:${second(i)}]` : ' '.repeat(19)} INFO     ${line}        app.py:8`,
  'jq .': (line, one, i) =>
    JSON.stringify({ http: { tags: ['a', 'b'] }, timestamp: `${stampOf(one, i)}.123Z`, message: line }, null, 2),
  'a list of records': (line, one, i) =>
    `${i === 0 ? '[\n' : ',\n'}${JSON.stringify({ textPayload: line, timestamp: `${stampOf(one, i)}.123Z` }, null, 2).replaceAll(/^/gm, '  ')}`,
  'a table with a header': (line, one, i) =>
    `${i === 0 ? '"@timestamp",host,@message\n' : ''}${stampOf(one, i).replace('T', ' ')}.123,web,"${line.replaceAll('"', '""')}"`,
  'grep -Hn': (line, _one, i) => `/var/log/web/access.log.1:${i + 1}:${line}`,
  nested: (line, one, i) => `web-1  | ${stampOf(one, i)}.123456789Z ${line}`,
};

describe('a line in an envelope', () => {
  for (const [name, wrap] of Object.entries(envelopes)) {
    it(`${name}: gives the row that it gives without`, () => {
      fc.assert(
        fc.property(
          fc.array(written, { minLength: 8, maxLength: 150 }),
          fc.integer({ min: 40, max: 4000 }),
          (lines, chunkBytes) => {
            const plain = parse(`${lines.map(bare).join('\n')}\n`).rows;
            const wrapped = parse(`${lines.map((one, i) => wrap(bare(one, i), one, i)).join('\n')}\n`, {
              chunkBytes,
            }).rows;
            const seen = ({ duration, route, client, status, bytes }: (typeof plain)[number]) => ({
              duration,
              route,
              client,
              status,
              bytes,
            });
            expect(wrapped.map(seen).sort(byDuration)).toEqual(plain.map(seen).sort(byDuration));
            // The envelope's stamp is taken only where it lies in the second that the line names: seconds never change.
            const seconds = (rows: typeof plain) => rows.map(({ time }) => time?.slice(0, 19)).sort();
            expect(seconds(wrapped)).toEqual(seconds(plain));
            if (name === 'json with a thread')
              expect(wrapped.every(({ thread }) => thread?.startsWith('14000'))).toBe(true);
            const workers = (rows: typeof plain) =>
              rows.map(({ worker }) => worker?.replace(/^.*\//, '') ?? null).sort();
            expect(workers(wrapped)).toEqual(workers(plain));
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});

function byDuration(a: { duration: number | null; client: number }, b: { duration: number | null; client: number }) {
  return (a.duration ?? -1) - (b.duration ?? -1) || a.client - b.client;
}

const fragments = [
  '{',
  '[',
  '  {',
  '  "a": [',
  '    "b": "c",',
  '    "b": {"c": "d"}',
  '  },',
  ']',
  '}',
  '  ',
  '{"a": 1',
  '   7,',
];

describe('lines that look like parts of a record', () => {
  it('take no line with them', () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 8, maxLength: 60 }),
        fc.array(fc.tuple(fc.nat({ max: 60 }), fc.constantFrom(...fragments)), { maxLength: 40 }),
        fc.integer({ min: 20, max: 2000 }),
        (lines, inserted, chunkBytes) => {
          const access = lines.map(bare);
          const mixed = access.flatMap((line, i) => [
            ...inserted.flatMap(([at, fragment]) => (at === i ? [fragment] : [])),
            line,
          ]);
          const plain = parse(`${access.join('\n')}\n`).rows;
          const { rows, report } = parse(`${mixed.join('\n')}\n`, { chunkBytes });
          const seen = ({ time, duration, route, worker, status }: (typeof plain)[number]) => ({
            time,
            duration,
            route,
            worker,
            status,
          });
          expect(rows.map(seen)).toEqual(plain.map(seen));
          expect(report.lines).toBe(mixed.length);
          expect(report.requests + report.lifecycle + report.continuation + report.unparsed).toBe(mixed.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
