/** Twisted Web (twist web, twistd web, Klein): combined lines with the address in quotes, alone or behind Twisted's own prefix. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const access = '"%(host)s" - - [%(time)s] "%(request)s" %(status)d %(length)s "%(referrer)s" "%(agent)s"';

export default defineFormat({
  id: 'twisted',
  title: 'Twisted Web',
  language: {
    pattern: percentParen,
    // twisted/web/http.py, combinedLogFormatter; twisted/logger/_format.py, formatEventAsClassicLogText
    directives: {
      log_time: { kind: 'time', shape: 'iso', means: 'written' },
      system: { kind: 'text' },
      host: { kind: 'client' },
      time: { kind: 'time', shape: 'clf', means: 'end' },
      request: { kind: 'request' },
      status: { kind: 'status', known: true },
      length: { kind: 'bytes' },
      referrer: { kind: 'text' },
      agent: { kind: 'text' },
    },
  },
  layouts: [
    { name: 'behind the prefix of the log', directives: `%(log_time)s [%(system)s] ${access}` },
    { name: 'access log', directives: access },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['twisted'],
  lifecycle: [
    { starts: 'twistd ', pattern: /^twistd \S+ \(.*\) starting up\.$/, kind: null },
    { starts: 'reactor class: ', kind: null },
    { starts: 'Starting factory <', kind: null },
    { starts: 'Stopping factory <', kind: null },
    { starts: 'Loading ', pattern: /^Loading \S+\.\.\.$/, kind: null },
    { starts: 'Loaded.', kind: null },
    { starts: '', holds: ' starting on ', pattern: /^(?<text>\S+ starting on \S+)$/, kind: 'listen' },
    { starts: '(', pattern: /^\((?:TCP|TLS|UNIX) Port \S+ Closed\)$/, kind: null },
    { starts: 'Received SIG', pattern: /^Received (?<text>SIG\w+), shutting down\.$/, kind: 'shutdown' },
    { starts: 'Main loop terminated.', kind: null },
    { starts: 'Server Shut Down.', kind: 'shutdown' },
    { starts: 'Timing out client: ', kind: null },
    { starts: 'Warning: HEAD request ', kind: null },
    { starts: 'WSGI application error', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Unhandled Error', pattern: /^(?<text>.*)$/, kind: 'error' },
  ],
  samples: [
    {
      line: '2024-10-29T17:04:15+0000 [twisted.python.log#info] "203.0.113.7" - - [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'end', route: 'GET /a', status: 200, bytes: 512 },
    },
    {
      line: '"203.0.113.7" - - [29/Oct/2024:17:04:15 +0000] "GET /empty HTTP/1.1" 204 - "-" "-"',
      row: { route: 'GET /empty', status: 204, bytes: null },
    },
    { line: '2024-10-29T17:04:15+0000 [twisted.web.wsgi._WSGIResponse#critical] WSGI application error', row: null },
    { line: '2024-10-29T17:04:15+0000 [-] Site starting on 8080', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
    '2024-10-29T17:04:15+0000 [stdout#info] the cache was rebuilt',
  ],
  enable: [
    {
      gives: ['pid', 'duration'],
      how: "Site(resource, logFormatter=…) with a function that writes the request's own start (request.started) and os.getpid()",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: ['The stamp is the end of the request, UTC, in seconds. Nothing tells the duration or the process.'],
});
