/** Caddy's JSON access log. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'caddy',
  title: 'Caddy access log (JSON)',
  language: { pattern: dollar, directives: {} },
  layouts: [],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      // modules/caddyhttp/server.go, logRequest; marshalers.go
      fields: {
        ts: { kind: 'time', shape: 'any', means: 'end' },
        'request.remote_ip': { kind: 'client' },
        'request.client_ip': { kind: 'client' },
        'request.remote_addr': { kind: 'client', port: true },
        'request.method': { kind: 'method' },
        'request.uri': { kind: 'target' },
        // duration_format may give whole milliseconds or whole nanoseconds instead of seconds with decimals.
        duration: { kind: 'duration', unit: 's', covers: 'response', fine: true, wholeUnits: ['ms', 'ns'] },
        size: { kind: 'bytes' },
        status: { kind: 'status' },
      },
      requires: ['request.method', 'request.uri', 'status'],
    },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  loggers: ['caddy'],
  lifecycle: [
    {
      starts: '{"level":"',
      pattern:
        /^\{"level":"\w+","ts":[^,]+,(?:"logger":"(?:admin|tls|http|pki|caddy|watcher|events|docker)[\w.]*",)?"msg":"(?!handled request)/,
      kind: null,
    },
  ],
  samples: [
    {
      line: '{"level":"info","ts":1730221455.1234567,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"203.0.113.7","remote_port":"52134","client_ip":"203.0.113.7","proto":"HTTP/1.1","method":"GET","host":"h","uri":"/a?x=1","headers":{"User-Agent":["curl/8.5.0"]}},"bytes_read":0,"user_id":"","duration":0.031,"size":512,"status":200,"resp_headers":{"Server":["Caddy"]}}',
      row: {
        time: '2024-10-29T17:04:15.123456+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '{"level":"error","ts":"2024-10-29T17:04:15.123Z","logger":"http.log.access","msg":"handled request","request":{"method":"GET","uri":"/b"},"duration":"31ms","size":0,"status":502}',
      row: { time: '2024-10-29T17:04:15.123+00:00', durationMicros: 31_000, route: 'GET /b', status: 502 },
    },
  ],
  refuses: [
    '{"level":"info","ts":1730221455.12,"msg":"serving initial configuration"}',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    { gives: ['time', 'duration'], how: 'log { format json } in the Caddyfile' },
    {
      gives: ['pid', 'thread'],
      how: 'Caddy does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
    {
      gives: ['wait'],
      how: 'reverse_proxy { header_up X-Request-Start "t={time.now.unix_ms}" }, and log that header in the server',
    },
  ],
  notes: [
    'ts is the end of the request; the duration holds the wait for a worker; a status of 0 means that nothing was answered.',
  ],
});
