/** gin (Go): its default logger. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'gin',
  title: 'gin (Go), default logger',
  language: {
    pattern: percentParen,
    // gin/logger.go, defaultLogFormatter
    directives: {
      time: { kind: 'time', shape: 'year-first', means: 'end' },
      status: { kind: 'status' },
      padding: { kind: 'blanks' },
      latency: { kind: 'duration', unit: 'written', covers: 'service' },
      client: { kind: 'client' },
      method: { kind: 'method' },
      // padded to seven characters
      rest: { kind: 'text' },
      path: { kind: 'target' },
    },
  },
  layouts: [
    {
      name: 'default',
      directives:
        '[GIN] %(time)s |%(padding)s%(status)s |%(padding)s%(latency)s |%(padding)s%(client)s | %(method)s %(rest)s"%(path)s"',
    },
  ],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    { starts: '[GIN-debug] Listening and serving HTTP', pattern: /^\[GIN-debug\] (?<text>.*)$/, kind: 'listen' },
    { starts: '[GIN-debug] ', kind: null },
  ],
  samples: [
    {
      line: '[GIN] 2024/10/29 - 17:04:15 | 200 |   12.345678ms |     203.0.113.7 | GET      "/a?x=1"',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 12_345,
        route: 'GET /a',
        status: 200,
      },
    },
    {
      line: '[GIN] 2024/10/29 - 17:04:15 | 404 |      53.211µs |             ::1 | POST     "/b"',
      row: { durationMicros: 53, route: 'POST /b', status: 404 },
    },
    {
      line: '[GIN] 2024/10/29 - 17:04:15 | 500 |    1.2345678s |     203.0.113.7 | OPTIONS "/c"',
      row: { durationMicros: 1_234_567, route: 'OPTIONS /c', status: 500 },
    },
    { line: '[GIN-debug] Listening and serving HTTP on :8080', row: null },
  ],
  refuses: [
    '2024/10/29 - 17:04:15 | 200 | 12ms | 203.0.113.7 | GET /a',
    '[GIN] 2024/10/29 - 17:04:15 panic recovered: runtime error',
  ],
  enable: [{ gives: ['time', 'duration'], how: 'gin.Default(), which logs every request' }],
  notes: [
    'The stamp is the end of the request, local time without a zone, in seconds; each duration has a unit of its own.',
    'gin serves each request in a goroutine: there is no pool that could be full.',
  ],
});
