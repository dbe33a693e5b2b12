/** Any other line with a request line in quotes and a status: the fields around them are found by their look. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'custom',
  title: 'a request line in quotes and a status, with stamps, pids and durations in any order around them',
  language: {
    pattern: percentParen,
    directives: {
      request: { kind: 'request', known: true },
      status: { kind: 'status', known: true },
    },
  },
  layouts: [{ name: 'request and status', directives: '"%(request)s" %(status)s', open: true }],
  stamp: 'end',
  written: 'end',
  ambiguousStamp: true,
  lifecycle: [],
  samples: [
    {
      line: '2024-10-29T17:04:15.123Z 203.0.113.7 "GET /a?x=1 HTTP/1.1" 200 512 took=0.031',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
      },
    },
    {
      line: '[29/Oct/2024:17:04:15 +0000] 203.0.113.7 "GET /a HTTP/1.1" 200 pid=12 31ms',
      row: { time: '2024-10-29T17:04:15+00:00', durationMicros: 31_000, worker: '12', status: 200 },
    },
  ],
  refuses: ['the answer to "GET /a HTTP/1.1" was cached', '2024-10-29 17:04:15,123 INFO app "quoted" 200'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: "write it into the line, best under its name (pid=, took_ms=); --log-format 'gunicorn:…' (or apache:, nginx:, …) describes one that is misread",
    },
  ],
  notes: [
    'Fields are named by their keys (pid=, us=, took=), by their look (<12>, 31ms) or by their values; what was assumed is said.',
  ],
});
