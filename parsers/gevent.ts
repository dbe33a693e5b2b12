/** gevent.pywsgi: its own line. (gunicorn's gevent workers write gunicorn's lines.) */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'gevent',
  title: 'gevent.pywsgi',
  language: {
    pattern: percentParen,
    // gevent/pywsgi.py, WSGIHandler.format_request
    directives: {
      client_address: { kind: 'client' },
      now: { kind: 'time', shape: 'iso', means: 'end' },
      requestline: { kind: 'request' },
      status: { kind: 'status' },
      length: { kind: 'bytes' },
      delta: { kind: 'duration', unit: 's', covers: 'service', fine: true },
    },
  },
  layouts: [
    {
      name: 'default',
      directives: '%(client_address)s - - [%(now)s] "%(requestline)s" %(status)s %(length)s %(delta)s',
    },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['gevent', 'gevent.pywsgi'],
  lifecycle: [
    // The line after the traceback of a failed request, with "2024-10-29T17:04:15Z" in front.
    { starts: '{', pattern: /^\{.*\} (?<text>failed with \w+)$/, kind: 'error' },
    { starts: '<', pattern: /^<.*\bsocket\b.*>: \(from .*\) (?:Invalid|Expected|Malformed) /, kind: null },
    { starts: '<Greenlet ', pattern: /^<Greenlet .*(?<text>failed with \w+)$/, kind: 'error' },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [2024-10-29 17:04:15] "GET /a?x=1 HTTP/1.1" 200 128 0.250593',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 250_593,
        route: 'GET /a',
        status: 200,
        bytes: 128,
      },
    },
    {
      line: '203.0.113.7 - - [2024-10-29 17:04:15] "GET /a b HTTP/1.1" 400 - 0.000079',
      row: { status: 400, bytes: null },
    },
    {
      line: "2024-10-29T17:04:15Z {'REMOTE_ADDR': '203.0.113.7', 'REMOTE_PORT': '52134', (hidden keys: 19)} failed with ValueError",
      row: null,
    },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 147 0.250638',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['pid', 'thread'],
      how: "WSGIServer(address, app, log=logging.getLogger('gevent')) with logging.basicConfig(format='%(asctime)s %(process)d %(message)s', level=logging.INFO)",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The stamp is the end of the request, local time without a zone, in seconds; the duration is in seconds, to a microsecond.',
    'The size counts the headers, too.',
  ],
});
