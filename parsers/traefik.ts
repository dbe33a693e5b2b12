/** Traefik's access log: CLF with four additional fields, and JSON. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'traefik',
  title: 'Traefik access log (CLF and JSON)',
  language: {
    pattern: percentParen,
    // pkg/middlewares/accesslog/logger_formatters.go; the names are ours.
    directives: {
      client: { kind: 'client' },
      user: { kind: 'text' },
      time: { kind: 'time', shape: 'clf', means: 'start' },
      request: { kind: 'request' },
      status: { kind: 'status' },
      size: { kind: 'bytes' },
      referer: { kind: 'text' },
      agent: { kind: 'text' },
      count: { kind: 'number' },
      router: { kind: 'text' },
      server: { kind: 'text' },
      ms: { kind: 'duration', unit: 'ms', covers: 'response' },
    },
  },
  layouts: [
    {
      name: 'common',
      directives:
        '%(client)s - %(user)s [%(time)s] "%(request)s" %(status)s %(size)s "%(referer)s" "%(agent)s" %(count)d "%(router)s" "%(server)s" %(ms)dms',
    },
  ],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      fields: {
        StartUTC: { kind: 'time', shape: 'any', means: 'start' },
        StartLocal: { kind: 'time', shape: 'any', means: 'start' },
        Duration: { kind: 'duration', unit: 'ns', covers: 'response' },
        ClientHost: { kind: 'client' },
        RequestMethod: { kind: 'method' },
        RequestPath: { kind: 'target' },
        DownstreamStatus: { kind: 'status' },
        DownstreamContentSize: { kind: 'bytes' },
      },
      requires: ['RequestMethod', 'RequestPath', 'Duration'],
    },
  ],
  stamp: 'start',
  written: 'end',
  proxy: true,
  loggers: ['traefik'],
  lifecycle: [
    { starts: 'Traefik version ', kind: null },
    // uvicorn says the same about itself: other lines show which of the two it was.
    { starts: 'Shutting down', pattern: /^Shutting down$/, kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "-" 42 "web@docker" "http://10.0.0.2:8000" 31ms',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'start',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '{"ClientHost":"203.0.113.7","DownstreamContentSize":512,"DownstreamStatus":200,"Duration":31000000,"OriginDuration":30000000,"RequestMethod":"GET","RequestPath":"/a?x=1","StartUTC":"2024-10-29T17:04:15.123456789Z","level":"info","msg":"","time":"2024-10-29T17:04:15Z"}',
      row: {
        time: '2024-10-29T17:04:15.123456+00:00',
        meaning: 'start',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
      },
    },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
    '{"level":"info","msg":"Configuration loaded","time":"2024-10-29T17:04:15Z"}',
  ],
  enable: [
    { gives: ['time', 'duration'], how: 'accessLog.format=json' },
    {
      gives: ['pid', 'thread', 'wait'],
      how: 'Traefik does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the start of the request in UTC; durations hold the wait for a worker (ms in CLF, ns in JSON).',
    'The line is written at the end of the request, in JSON with the time of writing as "time".',
  ],
});
