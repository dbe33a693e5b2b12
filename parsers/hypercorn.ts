/** hypercorn: access lines inside the envelope of its error log, which has the pid. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const envelope = '[%(asctime)s] [%(process)d] [%(levelname)s] ';
const usual = '%(h)s %(l)s %(l)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"';

export default defineFormat({
  id: 'hypercorn',
  title: 'hypercorn access log (with the pid of its envelope), and its error log',
  language: {
    pattern: percentParen,
    // hypercorn/logging.py, AccessLogAtoms
    directives: {
      h: { kind: 'client', port: true },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'end' }, ']'],
      r: { kind: 'request', bareVersion: true },
      R: { kind: 'request', bareVersion: true },
      m: { kind: 'method' },
      U: { kind: 'target' },
      Uq: { kind: 'target' },
      q: { kind: 'text' },
      H: { kind: 'word' },
      S: { kind: 'word' },
      s: { kind: 'status' },
      st: { kind: 'text' },
      b: { kind: 'bytes' },
      B: { kind: 'bytes' },
      f: { kind: 'text' },
      a: { kind: 'text' },
      T: { kind: 'duration', unit: 's', covers: 'service' },
      D: { kind: 'duration', unit: 'us', covers: 'service' },
      L: { kind: 'duration', unit: 's', covers: 'service', fine: true },
      p: { kind: 'pid', angled: true },
      asctime: { kind: 'time', shape: 'iso', means: 'written' },
      process: { kind: 'pid' },
      levelname: { kind: 'level' },
    },
    families: [
      { pattern: /^\{x-request-start\}i$/i, field: { kind: 'arrival' } },
      { pattern: /^\{.*\}[ieo]$/, field: { kind: 'text' } },
    ],
  },
  layouts: [
    { name: 'default', directives: `${envelope}${usual}` },
    { name: 'envelope and head', directives: `${envelope}%(h)s %(l)s %(l)s %(t)s "%(r)s" %(s)s %(b)s`, open: true },
    { name: 'with pid and duration', directives: `${envelope}${usual} pid=%(p)s us=%(D)s` },
    // Quart.run() (quart/app.py, 0.22) logs '%(h)s %(r)s %(s)s %(b)s %(D)s' through the application's logger.
    {
      name: "Quart's own",
      directives: '[%(asctime)s] %(levelname)s in logging: %(h)s %(m)s %(Uq)s %(H)s %(s)s %(b)s %(D)s',
    },
    { name: 'time, pid, duration first, no size', directives: `${envelope}%(t)s %(p)s %(D)s "%(m)s %(Uq)s" %(s)s` },
    { name: 'time, pid, duration first', directives: `${envelope}%(t)s %(p)s %(D)s "%(m)s %(Uq)s" %(s)s %(b)s` },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['hypercorn.access', 'hypercorn.error'],
  lifecycle: [
    {
      starts: 'Running on ',
      pattern: /^Running on (?<text>.*?)(?: \(CTRL \+ C to quit\)| \(QUIC\).*)?$/,
      kind: 'boot',
      byWriter: true,
    },
    { starts: 'Error in ASGI Framework', pattern: /^(?<text>.*)$/, kind: 'error', byWriter: true },
    { starts: 'ASGI Framework Lifespan', pattern: /^(?<text>.*)$/, kind: null },
    { starts: 'socket.send() raised exception.', kind: null },
  ],
  quirks: ['disconnect-pair'],
  samples: [
    {
      line: '[2024-10-29 17:04:15 +0000] [123] [INFO] 203.0.113.7:52134 - - [29/Oct/2024:17:04:15 +0000] "GET /a 1.1" 200 512 "-" "curl/8.5.0"',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        worker: '123',
        route: 'GET /a',
        status: 200,
        bytes: 512,
        durationMicros: null,
      },
    },
    {
      line: '[2024-10-29 17:04:15 +0000] [123] [INFO] None - - [29/Oct/2024:17:04:15 +0000] "GET /u 1.1" 200 6 "-" "-" pid=<123> us=186511',
      row: { worker: '123', durationMicros: 186_511, route: 'GET /u' },
    },
    {
      line: '[2024-10-29 17:04:15 +0000] [123] [INFO] [29/Oct/2024:17:04:15 +0000] <123> 11064 "POST /orders?i=25" 201',
      row: { worker: '123', durationMicros: 11_064, route: 'POST /orders', status: 201, bytes: null },
    },
    {
      line: '[2026-11-28 09:33:22,846] INFO in logging: 127.0.0.1:36416 GET /hello 1.1 200 2 12110',
      row: { worker: null, durationMicros: 12_110, route: 'GET /hello', status: 200, bytes: 2 },
    },
    { line: '[2024-10-29 17:04:15 +0000] [123] [INFO] Running on http://127.0.0.1:8000 (CTRL + C to quit)', row: null },
  ],
  refuses: [
    '[2024-10-29 17:04:15 +0000] [8711] [INFO] Booting worker with pid: 8712',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'duration'],
      how: `--access-logfile - --access-logformat '${usual} pid=%(p)s us=%(D)s'`,
    },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; in hypercorn add xrs=%({x-request-start}i)s to --access-logformat`,
    },
  ],
  notes: [
    'The stamp is the end of the request, twice at one second; the envelope has the pid.',
    'A client that leaves gives two lines: one with status "-" when it leaves, one with the answer of the application.',
    'Versions 0.15 and 0.16 write a second line with status "-" for every request, when its stream is closed: it is no other request.',
  ],
});
