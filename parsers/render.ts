/** Request logs of Render, as its dashboard and its command line show them. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const request =
  '[%(method)s]%(status)s %(target)s clientIP="%(clientIP)s" requestID="%(requestID)s" responseTimeMS=%(responseTimeMS)s responseBytes=%(responseBytes)s userAgent="%(userAgent)s"';

export default defineFormat({
  id: 'render',
  title: 'Render request log',
  language: {
    pattern: percentParen,
    directives: {
      time: { kind: 'time', shape: 'iso', means: 'written' },
      method: { kind: 'method' },
      status: { kind: 'status' },
      // It includes the host: "web.onrender.com/a?x=1".
      target: { kind: 'target' },
      clientIP: { kind: 'client' },
      requestID: { kind: 'word' },
      responseTimeMS: { kind: 'duration', unit: 'ms', covers: 'response' },
      responseBytes: { kind: 'bytes' },
      userAgent: { kind: 'text' },
    },
  },
  layouts: [
    { name: 'request', directives: request },
    { name: 'request with its time', directives: `%(time)s ${request}` },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  lifecycle: [],
  samples: [
    {
      line: '[GET]200 web.onrender.com/a?x=1 clientIP="203.0.113.7" requestID="8601b555-6a83-4c12" responseTimeMS=31 responseBytes=512 userAgent="curl/8.5.0"',
      row: { durationMicros: 31_000, route: 'GET /a', status: 200, bytes: 512 },
    },
    {
      line: '2024-10-29 17:04:15 [POST]503 web.onrender.com/b clientIP="203.0.113.7" requestID="8601b555-6a83-4c12" responseTimeMS=4 responseBytes=0 userAgent="-"',
      row: { time: '2024-10-29T17:04:15+00:00', durationMicros: 4000, route: 'POST /b', status: 503 },
    },
  ],
  refuses: [
    '[GET] 200 /a responseTimeMS=31',
    'clientIP="203.0.113.7" requestID="8601b555-6a83-4c12" responseTimeMS=31',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'duration'],
      how: 'log in the service as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    "The time is Render's own: the wait for a worker of the service is part of it.",
    'The stamp is taken as the end of the request.',
  ],
});
