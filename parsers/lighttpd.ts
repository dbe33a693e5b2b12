/** lighttpd: mod_accesslog in any format, and its error log. */
import { percentLetter } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const usual = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
const response = (unit: 's' | 'ms' | 'us') => ({ kind: 'duration', unit, covers: 'response' }) as const;
const stamp = (shape: 'epoch-s' | 'epoch-ms' | 'epoch-us', means: 'start' | 'end') =>
  ({ kind: 'time', shape, means }) as const;

export default defineFormat({
  id: 'lighttpd',
  title: 'lighttpd: mod_accesslog in any format',
  language: {
    pattern: percentLetter,
    // src/mod_accesslog.c
    directives: {
      h: { kind: 'client' },
      a: { kind: 'client' },
      l: ['-'],
      // The host as the client named it. Common Log Format has "-" in this place, and hypercorn may have the scheme.
      V: { kind: 'text', never: ['-', 'http', 'https'] },
      v: { kind: 'word' },
      u: { kind: 'word' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'end' }, ']'],
      r: { kind: 'request' },
      m: { kind: 'method' },
      U: { kind: 'target' },
      q: { kind: 'text' },
      H: { kind: 'word' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      B: { kind: 'bytes' },
      I: { kind: 'number' },
      O: { kind: 'number' },
      p: { kind: 'number' },
      X: { kind: 'word' },
      D: response('us'),
      T: response('s'),
      '{s}T': response('s'),
      '{ms}T': response('ms'),
      '{us}T': response('us'),
      '{sec}t': stamp('epoch-s', 'end'),
      '{msec}t': stamp('epoch-ms', 'end'),
      '{usec}t': stamp('epoch-us', 'end'),
      '{begin:sec}t': stamp('epoch-s', 'start'),
      '{begin:msec}t': stamp('epoch-ms', 'start'),
      '{begin:usec}t': stamp('epoch-us', 'start'),
      '{X-Request-Start}i': { kind: 'arrival' },
    },
    families: [{ pattern: /^\{.*\}[a-zA-Z]$/, field: { kind: 'text' } }],
  },
  layouts: [{ name: 'default', directives: usual, open: true }],
  stamp: 'end',
  written: 'end',
  proxy: true,
  loggers: ['lighttpd'],
  lifecycle: [
    { starts: '', holds: '.c.', pattern: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: \([a-z_-]+\.c\.\d+\) /, kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 example.com:8080 - [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0"',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        route: 'GET /a',
        status: 200,
        bytes: 512,
        durationMicros: null,
      },
    },
    { line: '2024-10-29 17:04:15: (server.c.1704) server started (lighttpd/1.4.69)', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
    'example.com:80 203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
  ],
  enable: [
    { gives: ['duration'], how: `accesslog.format = "${usual.replaceAll('"', '\\"')} %D"` },
    {
      gives: ['pid', 'wait'],
      how: 'log in the server as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the end of the request, by a clock that is read once a second; the duration (%D, microseconds) holds the wait for a worker.',
    'The second field is the host that was asked for, where other servers have "-": that tells these lines from theirs.',
  ],
});
