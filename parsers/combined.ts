/**
 * Common and Combined Log Format: lines that gunicorn, Paste's TransLogger (waitress), nginx and Apache all write by default, identical
 * byte for byte. Nothing in such a line shows which server wrote it.
 */
import { percentLetter } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'combined',
  title: 'Common or Combined Log Format (gunicorn, TransLogger, nginx and Apache by default)',
  language: {
    pattern: percentLetter,
    directives: {
      h: { kind: 'client' },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'end' }, ']'],
      r: { kind: 'request' },
      s: { kind: 'status', known: true },
      b: { kind: 'bytes' },
    },
    families: [{ pattern: /^\{.*\}i$/, field: { kind: 'text' } }],
  },
  layouts: [
    { name: 'combined', directives: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"' },
    { name: 'common', directives: '%h %l %u %t "%r" %>s %b', open: true },
  ],
  stamp: 'end',
  written: 'end',
  ambiguousStamp: true,
  lifecycle: [],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', route: 'GET /a', status: 200, bytes: 512, durationMicros: null },
    },
    {
      line: '203.0.113.7 - alice [29/Oct/2024:18:04:15 +0100] "POST /login HTTP/1.0" 302 -',
      row: { time: '2024-10-29T17:04:15+00:00', route: 'POST /login', status: 302, bytes: null },
    },
    {
      line: ' - - [29/Oct/2024:17:04:15 +0000] "GET /u HTTP/1.1" 200 6 "-" "-"',
      row: { route: 'GET /u', status: 200 },
    },
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "\\x16\\x03\\x01\\x02\\x00\\x01" 400 157 "-" "-"',
      row: { route: null, status: 400 },
    },
  ],
  refuses: [
    '203.0.113.7:52134 - "GET /a HTTP/1.1" 200',
    '203.0.113.7 - - [29/Oct/2024 17:04:15] code 400, message Bad request syntax',
    '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['pid', 'duration'],
      how: 'gunicorn: --access-logformat \'%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s\'; Apache: add %D %P; nginx: add $request_time; waitress: a middleware around the application (TransLogger writes neither)',
    },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; and in gunicorn's --access-logformat add xrs=%({x-request-start}i)s`,
    },
  ],
  notes: [
    'gunicorn and nginx stamp the end of a request, TransLogger and Apache its start: where the data do not tell, the end is assumed and said.',
  ],
});
