/** wsgiref.simple_server of the standard library, and what is based on it: the development servers of Bottle and Pyramid. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'wsgiref',
  title: "wsgiref.simple_server (Bottle's default server)",
  language: {
    pattern: percentParen,
    // http/server.py, BaseHTTPRequestHandler.log_message; wsgiref/simple_server.py, ServerHandler.close
    directives: {
      addr: { kind: 'client' },
      time: { kind: 'time', shape: 'clf-blank', means: 'end' },
      request: { kind: 'request' },
      status: { kind: 'status' },
      size: { kind: 'bytes', known: true },
    },
  },
  layouts: [{ name: 'default', directives: '%(addr)s - - [%(time)s] "%(request)s" %(status)s %(size)s' }],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    { starts: 'Bottle v', pattern: /^Bottle v\S+ server starting up/, kind: null },
    { starts: 'Listening on http', pattern: /^Listening on (?<text>https?:\/\/\S+)$/, kind: 'listen' },
    { starts: 'Hit Ctrl-C to quit.', kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a?x=1 HTTP/1.1" 200 512',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'end', route: 'GET /a', status: 200, bytes: 512 },
    },
    { line: 'Listening on http://127.0.0.1:8080/', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512 0.000154',
  ],
  enable: [
    {
      gives: ['pid', 'thread', 'duration', 'wait'],
      how: 'the development server cannot log it: run gunicorn with --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the end of the request, local time without a zone, in seconds.',
    'It runs one request at a time; requests that it refuses itself have "-" for a size, and look like those of werkzeug.',
  ],
});
