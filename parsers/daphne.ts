/** daphne: its access log, and its lines as Django's runserver. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'daphne',
  title: 'daphne access log, and "HTTP GET /a 200 [0.53, addr]" of its runserver',
  language: {
    pattern: percentParen,
    // daphne/access.py, AccessLogGenerator
    directives: {
      client: { kind: 'client', port: true },
      time: { kind: 'time', shape: 'clf-local', means: 'end' },
      request: { kind: 'request' },
      method: { kind: 'method' },
      path: { kind: 'target' },
      status: { kind: 'status', known: true },
      size: { kind: 'bytes' },
      seconds: { kind: 'duration', unit: 's', covers: 'service', fine: true },
    },
  },
  layouts: [
    { name: 'default', directives: '%(client)s - - [%(time)s] "%(request)s" %(status)s %(size)s' },
    { name: 'runserver', directives: 'HTTP %(method)s %(path)s %(status)s [%(seconds)s, %(client)s]' },
  ],
  stamp: 'end',
  written: 'end',
  loggers: ['daphne', 'django.channels.server'],
  lifecycle: [
    { starts: 'Starting server at tcp:', kind: null },
    { starts: 'Starting server at unix:', kind: null },
    { starts: 'Starting server at ssl:', kind: null },
    { starts: 'HTTP/2 support ', kind: null },
    { starts: 'Configuring endpoint ', kind: null },
    { starts: 'Listening on TCP address ', pattern: /^Listening on TCP address (?<text>.*)$/, kind: 'listen' },
    { starts: 'Starting ASGI/', kind: null },
    // -v 2
    { starts: 'HTTPFactory starting on ', kind: null },
    { starts: 'Starting factory <daphne.', kind: null },
    { starts: '(TCP Port ', kind: null },
    { starts: 'Stopping factory <daphne.', kind: null },
    {
      starts: 'HTTP ',
      pattern: /^HTTP (?:b'\w*' request|\d{3} response started|response chunk|response complete|close|disconnect) for /,
      kind: null,
    },
    { starts: 'Upgraded connection [', kind: null },
    { starts: 'dropping connection to peer ', kind: null },
    { starts: 'failing WebSocket opening handshake ', kind: null },
    { starts: 'WebSocket ', pattern: /^WebSocket (?:open|closed|\[).*(?:for|\]) ?/, kind: null },
    { starts: 'while handling timed call', pattern: /^(?<text>while handling timed call)$/, kind: 'error' },
    { starts: 'While calling system event', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'HTTP b', pattern: /^HTTP b'[^']*' request for \[/, kind: null },
    { starts: 'Sent WebSocket packet to client for ', kind: null },
    { starts: 'WebSocket incoming frame on ', kind: null },
    { starts: 'Killed ', pattern: /^Killed \d+ pending application instances$/, kind: 'shutdown' },
    { starts: 'Application instance <', pattern: /^(?<text>Application instance .* took too long .*)$/, kind: 'error' },
    { starts: 'Exception inside application: ', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: '"WS', pattern: /^"WS[A-Z]+ /, kind: null },
    { starts: 'WebSocket ', pattern: /^WebSocket (HANDSHAKING|CONNECT|REJECT|DISCONNECT) /, kind: null },
    { starts: 'HTTP/1', pattern: /^HTTP\/\d.* (timed out|cancelled)/, kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7:52134 - - [29/Oct/2024:17:04:15] "GET /a?x=1" 200 512',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        route: 'GET /a',
        status: 200,
        bytes: 512,
        worker: null,
      },
    },
    { line: 'None - - [29/Oct/2024:17:04:15] "GET /u" 204 -', row: { route: 'GET /u', status: 204, bytes: null } },
    {
      line: 'HTTP GET /users/7?x=1 200 [0.53, 203.0.113.7:52134]',
      row: { time: null, durationMicros: 530_000, route: 'GET /users/{id}', status: 200 },
    },
    { line: '203.0.113.7:52134 - - [29/Oct/2024:17:04:15] "WSCONNECTING /ws" - -', row: null },
    { line: '2024-10-29 17:04:15,123 INFO     Listening on TCP address 127.0.0.1:8000', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
  ],
  enable: [
    { gives: ['time'], how: 'daphne --access-log access.log' },
    {
      gives: ['pid', 'duration', 'wait'],
      how: 'daphne cannot log it: let nginx in front log $msec $request_time $upstream_response_time',
    },
  ],
  notes: [
    'The stamp is the end of the request, in local time and without a zone; there is neither pid nor duration.',
    'One process serves everything; the form of runserver has a duration in hundredths of a second and no time.',
  ],
});
