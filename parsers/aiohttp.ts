/** aiohttp's web server. */
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'aiohttp',
  title: 'aiohttp access log, default or in any access_log_format',
  language: {
    // aiohttp/web_log.py, AccessLogger.FORMAT_RE
    pattern: /%(?:(%)|(\{[A-Za-z0-9-]+\}[ioe]|Tf|[atPrsbTDOr]))/,
    directives: {
      a: { kind: 'client' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'start' }, ']'],
      P: { kind: 'pid', angled: true },
      r: { kind: 'request' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      T: { kind: 'duration', unit: 's', covers: 'service' },
      Tf: { kind: 'duration', unit: 's', covers: 'service', fine: true },
      D: { kind: 'duration', unit: 'us', covers: 'service' },
      O: { kind: 'number' },
    },
    families: [
      { pattern: /^\{x-request-start\}i$/i, field: { kind: 'arrival' } },
      { pattern: /^\{.*\}[ioe]$/, field: { kind: 'text' } },
    ],
  },
  layouts: [
    { name: 'default', directives: '%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"' },
    { name: 'default, head', directives: '%a %t "%r" %s %b', open: true },
    { name: 'common, pid for the user', directives: '%a - %P %t "%r" %s %b', open: true },
    { name: 'time, pid, duration first', directives: '%t %P %D "%r" %s %b' },
    {
      name: 'time, pid, duration first, with X-Request-Start',
      directives: '%t %P %D "%r" %s %b %{X-Request-Start}i',
    },
  ],
  stamp: 'start',
  written: 'end',
  loggers: ['aiohttp.access', 'aiohttp.server'],
  lifecycle: [
    // asyncio, in debug mode.
    { starts: 'Using selector: ', kind: null },
    { starts: '======== Running on ', pattern: /^=+ Running on (?<text>\S+) =+$/, kind: 'listen' },
    { starts: '(Press CTRL+C to quit)', pattern: /^\(Press CTRL\+C to quit\)$/, kind: null },
    { starts: 'Error handling request from ', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Unhandled exception', pattern: /^(?<text>.*)$/, kind: 'error' },
  ],
  samples: [
    {
      line: '203.0.113.7 [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 174 "-" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'start', route: 'GET /a', status: 200, bytes: 174 },
    },
    {
      line: '203.0.113.7 [29/Oct/2024:17:04:15 +0000] "UNKNOWN / HTTP/1.0" 400 223 "-" "-"',
      row: { status: 400 },
    },
    {
      line: '203.0.113.7 [29/Oct/2024:17:04:15 +0000] "GET /x HTTP/1.1" 200 177 "http://x/"y"" "A "quoted" \\ back\\" z"',
      row: { route: 'GET /x', status: 200, bytes: 177 },
    },
    { line: '======== Running on http://127.0.0.1:8080 ========', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
    '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    { gives: ['time', 'pid', 'duration'], how: `web.run_app(app, access_log_format='%t %P %D "%r" %s %b')` },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; in aiohttp add %{X-Request-Start}i to access_log_format`,
    },
  ],
  notes: [
    'The stamp is the start of the request: aiohttp subtracts the duration from the time at which it writes the line.',
    'With pid and duration in front the line looks like one of gunicorn, which stamps the end: the order of the lines tells.',
  ],
});
