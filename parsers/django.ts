/** Django's runserver. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'django',
  title: 'Django runserver',
  language: {
    pattern: percentParen,
    // django/core/servers/basehttp.py, WSGIRequestHandler.log_message; django/utils/log.py, ServerFormatter
    directives: {
      server_time: { kind: 'time', shape: 'clf-blank', means: 'end' },
      request: { kind: 'request' },
      status: { kind: 'status' },
      size: { kind: 'bytes' },
      ...loggingRecord,
    },
  },
  layouts: [
    { name: 'default', directives: '[%(server_time)s] "%(request)s" %(status)s %(size)s' },
    // The formatter that Django's documentation calls "verbose".
    {
      name: 'verbose',
      directives: '%(levelname)s %(asctime)s basehttp %(process)d %(thread)d "%(request)s" %(status)s %(size)s',
    },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['django.server'],
  lifecycle: [
    {
      starts: 'Starting development server at ',
      pattern: /^Starting development server at (?<text>\S+)$/,
      kind: 'listen',
    },
    { starts: 'Watching for file changes', kind: null },
    { starts: 'Performing system checks', kind: null },
    { starts: 'System check identified', kind: null },
    { starts: 'Django version ', kind: null },
    { starts: 'Quit the server with ', kind: null },
    { starts: 'For more information on production servers see', kind: null },
    { starts: '- Broken pipe from ', kind: 'client-gone' },
    { starts: "You're accessing the development server over HTTPS", kind: null },
    { starts: 'code ', pattern: /^code \d{3}, message /, kind: null },
    { starts: '', pattern: /^[A-Z][a-z]+ \d{1,2}, \d{4} - \d\d:\d\d:\d\d$/, kind: null },
    { starts: '', holds: ' changed, reloading.', pattern: /^.+ changed, reloading\.$/, kind: 'reload' },
  ],
  samples: [
    {
      line: '[29/Oct/2024 17:04:15] "GET /a?x=1 HTTP/1.1" 200 512',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'end', route: 'GET /a', status: 200, bytes: 512 },
    },
    {
      line: 'INFO 2024-10-29 17:04:15,843 basehttp 19067 140375386822336 "GET /a?x=1 HTTP/1.1" 200 512',
      row: {
        time: '2024-10-29T17:04:15.843+00:00',
        meaning: 'end',
        worker: '19067',
        thread: '140375386822336',
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    { line: 'Not Found: /n', row: null },
    { line: "[29/Oct/2024 17:04:15] code 400, message Bad request syntax ('\\x16\\x03')", row: null },
    { line: 'Starting development server at http://127.0.0.1:8000/', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
    '[29/Oct/2024:17:04:15 +0000] <12> 446 "GET /a HTTP/1.1" 200 6',
  ],
  enable: [
    {
      gives: ['pid', 'thread'],
      how: "in LOGGING, for django.server, a formatter with style '{' and format '{levelname} {asctime} {module} {process:d} {thread:d} {message}'",
    },
    {
      gives: ['duration', 'wait'],
      how: 'the development server cannot log it: run gunicorn with --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    "The stamp is the end of the request in the zone of Django's TIME_ZONE, which the line does not name.",
    'It starts a thread per request, unless it is started with --nothreading: then it runs one at a time, and writes the same lines.',
    'A client that leaves early gives no line; answers with 4xx give a second line without a stamp.',
  ],
});
