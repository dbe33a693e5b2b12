/** Tornado's tornado.access behind its own LogFormatter. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'tornado',
  title: 'Tornado access log',
  language: {
    pattern: percentParen,
    // tornado/log.py, LogFormatter; tornado/web.py, Application.log_request
    directives: {
      level: { kind: 'level' },
      asctime: { kind: 'time', shape: 'compact', means: 'end' },
      module: { kind: 'word' },
      status: { kind: 'status' },
      request: { kind: 'request' },
      ip: { kind: 'client' },
      ms: { kind: 'duration', unit: 'ms', covers: 'service', fine: true },
      process: { kind: 'pid' },
    },
  },
  layouts: [
    { name: 'default', directives: '[%(level)s %(asctime)s %(module)s] %(status)d %(request)s (%(ip)s) %(ms)sms' },
    {
      name: 'with pid',
      directives: '[%(level)s %(asctime)s %(process)d %(module)s] %(status)d %(request)s (%(ip)s) %(ms)sms',
    },
    { name: 'message only', directives: '%(status)d %(request)s (%(ip)s) %(ms)sms' },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['tornado.access', 'tornado.general', 'tornado.application'],
  lifecycle: [
    // An HTTPError with a message, before the line of its request.
    { starts: '4', pattern: /^4\d\d [A-Z]+ \S+ \([^)]*\): /, kind: null },
    { starts: '5', pattern: /^5\d\d [A-Z]+ \S+ \([^)]*\): /, kind: null },
    { starts: 'Malformed HTTP message from ', kind: null },
    { starts: 'Unsatisfiable read, closing connection', kind: null },
    // The second line of "Uncaught exception …".
    { starts: 'HTTPServerRequest(', kind: null },
    { starts: 'Uncaught exception ', pattern: /^(?<text>Uncaught exception .*)$/, kind: 'error' },
    { starts: 'Starting ', pattern: /^Starting \d+ processes$/, kind: null },
    { starts: 'child ', pattern: /^child \d+ \(pid (?<worker>\d+)\) (?<text>killed by signal \d+)/, kind: 'killed' },
    { starts: 'child ', pattern: /^child \d+ \(pid (?<worker>\d+)\) exited/, kind: 'exit' },
    { starts: 'Multiple exceptions in yield list', pattern: /^(?<text>.*)$/, kind: 'error' },
  ],
  samples: [
    {
      line: '[I 241029 17:04:15 web:2446] 200 GET /a?x=1 (203.0.113.7) 501.70ms',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 501_700,
        route: 'GET /a',
        status: 200,
        worker: null,
      },
    },
    { line: '[W 241029 17:04:15 web:2446] 404 GET /n (::1) 0.49ms', row: { status: 404, durationMicros: 490 } },
    { line: '[E 241029 17:04:15 web:2108] Uncaught exception GET /boom (203.0.113.7)', row: null },
    {
      line: '[I 241029 17:04:15 http1connection:344] Malformed HTTP message from 203.0.113.7: Malformed HTTP request line',
      row: null,
    },
  ],
  refuses: ['[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512', '[I 241029 17:04:15 app:12] the cache was rebuilt'],
  enable: [
    {
      gives: ['pid'],
      how: "tornado.log.LogFormatter(fmt='%(color)s[%(levelname)1.1s %(asctime)s %(process)d %(module)s:%(lineno)d]%(end_color)s %(message)s')",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The stamp is the end of the request, local time without a zone; the duration is in milliseconds, two decimals.',
  ],
});
