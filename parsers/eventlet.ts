/** eventlet.wsgi: its default line, and log_format with the names that it defines. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'eventlet',
  title: 'eventlet.wsgi',
  language: {
    pattern: percentParen,
    // eventlet/wsgi.py, DEFAULT_LOG_FORMAT and HttpProtocol.handle_one_response
    directives: {
      client_ip: { kind: 'client' },
      client_port: { kind: 'number' },
      date_time: { kind: 'time', shape: 'clf-blank', means: 'end' },
      request_line: { kind: 'request' },
      status_code: { kind: 'status' },
      body_length: { kind: 'bytes' },
      wall_seconds: { kind: 'duration', unit: 's', covers: 'service', fine: true },
    },
  },
  layouts: [
    {
      name: 'default',
      directives:
        '%(client_ip)s - - [%(date_time)s] "%(request_line)s" %(status_code)s %(body_length)s %(wall_seconds).6f',
    },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['eventlet.wsgi', 'eventlet.wsgi.server'],
  lifecycle: [
    {
      starts: '(',
      pattern: /^\((?<worker>\d+)\) wsgi starting up on (?<text>\S+)/,
      kind: 'boot',
      also: 'listen',
    },
    { starts: '(', pattern: /^\((?<worker>\d+)\) wsgi exit(?:ed|ing)/, kind: 'exit' },
    { starts: '(', pattern: /^\(\d+\) (?:accepted |timed out)/, kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a?x=1 HTTP/1.1" 200 147 0.250638',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 250_638,
        route: 'GET /a',
        status: 200,
        bytes: 147,
      },
    },
    { line: '(811) wsgi starting up on http://127.0.0.1:8080', row: null },
    { line: "(811) accepted ('203.0.113.7', 52134)", row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
    '203.0.113.7 - - [2024-10-29 17:04:15] "GET /a HTTP/1.1" 200 147 0.250638',
  ],
  enable: [
    {
      gives: ['pid', 'thread'],
      how: "wsgi.server(socket, app, log=logging.getLogger('wsgi')) with logging.basicConfig(format='%(asctime)s %(process)d %(message)s', level=logging.INFO)",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The stamp is the end of the request, local time without a zone, in seconds; the duration is in seconds, to a microsecond.',
    'The size counts the headers, too.',
  ],
});
