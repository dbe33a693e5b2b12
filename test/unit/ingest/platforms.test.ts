// What hosting platforms and supervisors show in front of a line is taken off, or followed: access lines, the server's own lines and
// tracebacks of one stream.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const json = (value: unknown) => JSON.stringify(value);
const second = '2024-10-29T17:04:15Z';
const at = '2024-10-29T17:04:15.250Z';
const nanos = '2024-10-29T17:04:15.250000000Z';

/** Name, what it makes of a line, and whether it gives a time to a line without one. */
const tools: readonly (readonly [string, (line: string) => string, boolean])[] = [
  ['stern', (line) => `web-7f9c4d5b6-x2x9z app ${line}`, false],
  ['stern in colour', (line) => `\u001b[32mweb-7f9c4d5b6-x2x9z\u001b[0m \u001b[36mapp\u001b[0m ${line}`, false],
  ['stern -t', (line) => `web-7f9c4d5b6-x2x9z app ${nanos} ${line}`, true],
  ['kail', (line) => `default/web-7f9c4d5b6-x2x9z[app]: ${line}`, false],
  ['fly logs', (line) => `${second} app[148ed599c23489] fra [info]${line}`, true],
  ['fly logs, finer', (line) => `${at} app[148ed599c23489] fra [info] ${line}`, true],
  ['cf logs', (line) => `   2024-10-29T17:04:15.25+0000 [APP/PROC/WEB/0] OUT ${line}`, true],
  ['logcli', (line) => `${second} {app="web", pod="web-1"} ${line}`, true],
  [
    'aws logs tail',
    (line) => `2024-10-29T17:04:15.250000+00:00 web/app/0123456789abcdef0123456789abcdef ${line}`,
    true,
  ],
  ['aws logs tail --format short', (line) => `2024-10-29T17:04:15 ${line}`, true],
  ['a query of CloudWatch', (line) => `"2024-10-29 17:04:15.250","${line.replaceAll('"', '""')}"`, true],
  ['gh run view --log', (line) => `test (3.11)\tRun tests\t2024-10-29T17:04:15.2500000Z ${line}`, true],
  ['docker service logs', (line) => `web.1.x2x9zabcd@node-1    | ${line}`, false],
  ['Python on AWS Lambda', (line) => `[INFO]\t${at}\t8601b555-6a83-4c12-8269-97c8e32cdb22\t${line}`, true],
  ['multilog', (line) => `@40000000672115990ee6b280 ${line}`, true],
  ['svlogd -tt', (line) => `2024-10-29_17:04:15.25000 ${line}`, true],
  ['s6-log', (line) => `2024-10-29 17:04:15.250000000  ${line}`, true],
  ['pm2 with a stamp', (line) => `0|web  | 2024-10-29 17:04:15: ${line}`, true],
  ['pm2 as JSON', (line) => json({ message: `${line}\n`, timestamp: at, type: 'out', process_id: 0 }), true],
  ['circus', (line) => `2024-10-29 17:04:15 [811] | ${line}`, true],
  ['grep -H', (line) => `access.log:${line}`, false],
  ['logfmt', (line) => `time="${second}" level=info msg=${json(line)}`, true],
  ['Azure Container Apps', (line) => json({ TimeStamp: at, Log: line }), true],
  ['Azure Container Apps, with the tag of its runtime', (line) => json({ TimeStamp: at, Log: `F ${line}` }), true],
  ['Log Analytics', (line) => json({ TimeGenerated: at, ContainerName_s: 'web', Log_s: line }), true],
  ["Azure's exports", (line) => json({ records: [{ time: at, resourceId: '/SUB', resultDescription: line }] }), true],
  ['Grafana, as JSON', (line) => json({ line, timestamp: '1730221455250000000', date: at, fields: {} }), true],
  ['Loki', (line) => json({ entry: line, labels: '{app="x"}', ts: at }), true],
  [
    'OTLP',
    (line) =>
      json({
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
            scopeLogs: [
              {
                scope: {},
                logRecords: [
                  {
                    timeUnixNano: '1730221455250000000',
                    observedTimeUnixNano: '1730221455290000000',
                    severityText: 'INFO',
                    body: { stringValue: line },
                    attributes: [],
                  },
                ],
              },
            ],
          },
        ],
      }),
    true,
  ],
  ['Azure App Service', (line) => json({ time: at, resultDescription: line, level: 'Informational' }), true],
  ['an event stream', (line) => `data: ${json({ __REALTIME_TIMESTAMP: '1730221455250000', MESSAGE: line })}`, true],
  ['journalctl -o export', (line) => `__CURSOR=s=ab;i=1\n_PID=811\nMESSAGE=${line}\nPRIORITY=6\n`, false],
  [
    'journalctl -o export, with its time',
    (line) => `__CURSOR=s=ab;i=1\n__REALTIME_TIMESTAMP=1730221455250000\nMESSAGE=${line}\n_PID=811\n`,
    true,
  ],
  ['Fluent Bit', (line) => `[0] kube.app: [[1730221455.250000000, {}], ${json({ log: line })}]`, true],
  ['Fluent Bit before 2.1', (line) => `[12] app: [1730221455.250000000, ${json({ log: line })}]`, true],
  [
    'GELF',
    (line) => json({ version: '1.1', host: 'h', short_message: line, timestamp: 1730221455.25, level: 6 }),
    true,
  ],
  [
    'an export of Datadog',
    (line) => json({ id: 'A', attributes: { timestamp: at, service: 'web', message: line, tags: ['a:b'] } }),
    true,
  ],
  [
    'journalctl -o verbose',
    (line) => `Tue 2024-10-29 17:04:15.250000 UTC [s=ab;i=1;b=d;m=e;t=f;x=g]\n    _PID=811\n    MESSAGE=${line}`,
    false,
  ],
];

const access = '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 6 "-" "curl/8.5.0"';
const uvicorn = 'INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK';
const failed = '[2024-10-29 17:04:15 +0000] [811] [ERROR] Error handling request /boom';
const traceback = [
  'Traceback (most recent call last):',
  '  File "/x/app.py", line 10, in view',
  '    return 1 / 0',
  'ZeroDivisionError: division by zero',
];

describe('lines as tools show them', () => {
  for (const [name, wrap, hasTime] of tools) {
    it(name, () => {
      const story = [access, access, access, failed, ...traceback, access, access];
      const text = Array.from({ length: 10 }, () => story.map((line) => `${wrap(line)}\n`).join('')).join('');
      const { rows, report } = parse(text);
      expect(report).toMatchObject({ requests: 50, lifecycle: 10, unparsed: 0 });
      expect(rows.every(({ route, status }) => route === 'GET /a' && status === 200)).toBe(true);
      const timed = parse(`${wrap(uvicorn)}\n`.repeat(20));
      expect(timed.report).toMatchObject({ requests: 20, unparsed: 0, format: 'uvicorn' });
      const [{ time }] = timed.rows;
      if (hasTime) expect(time).toMatch(/^2024-10-29T17:04:15(\.25)?/);
      else expect(time).toBeNull();
    });
  }

  it('keep the workers of two pods apart', () => {
    const line = (pod: string) =>
      `web-7f9c4d5b6-${pod} app [29/Oct/2024:17:04:15 +0000] <811> 31000 "GET /a HTTP/1.1" 200 6\n`;
    const { rows } = parse((line('x2x9z') + line('q8z4t')).repeat(20));
    expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2);
  });

  it('are followed line by line where two pods fail at once', () => {
    const of = (pod: string) => (line: string) => `web-7f9c4d5b6-${pod} app ${line}\n`;
    const [a, b] = [of('x2x9z'), of('q8z4t')];
    const mixed = traceback.map((line) => a(line) + b(line)).join('');
    const { report } = parse((a(access) + mixed + b(access)).repeat(5));
    expect(report).toMatchObject({ requests: 10, continuation: 40, unparsed: 0 });
  });
});

describe("lines of rich's handler", () => {
  const line = (i: number) =>
    `${i % 3 === 0 ? `[10/29/24 17:04:${15 + i / 3}]` : ' '.repeat(19)} INFO     GET /a/${i} 200 ${i + 1}.5ms      app.py:8\n`;
  const text = Array.from({ length: 60 }, (_, i) => line(i)).join('');

  it('have the stamp of the line before where they show none: it is of the same second', () => {
    for (const chunkBytes of [50, 1 << 20]) {
      const { rows } = parse(text, { chunkBytes });
      expect(rows.map(({ time }) => time)).toEqual(
        Array.from({ length: 60 }, (_, i) => `2024-10-29T17:04:${15 + Math.floor(i / 3)}+00:00`),
      );
    }
  });

  it('have no time where what came before them is not known', () => {
    const { rows } = parse(line(1) + line(2) + text);
    expect(rows.map(({ time }) => time === null)).toEqual([true, true, ...Array.from({ length: 60 }, () => false)]);
  });
});

describe('a traceback', () => {
  it('does not swallow what follows it behind the same prefix', () => {
    const of = (line: string) => `web.log:${line}\n`;
    const told = of('2024-10-29 17:04:15 GET /a 200 12ms');
    const { report } = parse(told.repeat(3) + traceback.map(of).join('') + told.repeat(20));
    expect(report).toMatchObject({ requests: 23, continuation: 4, unparsed: 0 });
  });
});
