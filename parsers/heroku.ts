/** Heroku's router: logfmt inside Heroku's envelope. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'heroku',
  title: 'Heroku router log',
  language: { pattern: dollar, directives: {} },
  layouts: [],
  keyed: [
    {
      name: 'router',
      syntax: 'logfmt',
      fields: {
        method: { kind: 'method' },
        path: { kind: 'target' },
        fwd: { kind: 'client' },
        dyno: { kind: 'worker' },
        connect: { kind: 'wait', unit: 'ms' },
        service: { kind: 'duration', unit: 'ms', covers: 'response' },
        status: { kind: 'status' },
        bytes: { kind: 'bytes' },
        at: { kind: 'word' },
        request_id: { kind: 'word' },
      },
      requires: ['at', 'method', 'path', 'request_id'],
    },
  ],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    { starts: 'State changed from ', kind: null },
    { starts: 'Starting process with command ', kind: null },
    { starts: 'Process exited with status ', kind: null },
    { starts: 'Process running mem=', kind: null },
    { starts: 'Error R', pattern: /^(?<text>Error R\d+ .*)$/, kind: 'error' },
    { starts: 'Stopping all processes with SIGTERM', kind: 'shutdown' },
    { starts: 'Stopping process with SIGKILL', kind: null },
    { starts: 'Cycling', kind: 'recycle' },
    { starts: 'Restarting', pattern: /^Restarting$/, kind: 'reload' },
    { starts: 'Idling', pattern: /^Idling$/, kind: null },
  ],
  samples: [
    {
      line: '2024-10-29T17:04:15.123456+00:00 heroku[router]: at=info method=GET path="/a?x=1" host=h request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="203.0.113.7" dyno=web.1 connect=1ms service=31ms status=200 bytes=512 protocol=https',
      row: {
        time: '2024-10-29T17:04:15.123456+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        waitMicros: 1000,
        worker: 'web.1',
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '2024-10-29T17:04:15.123456+00:00 heroku[router]: at=error code=H10 desc="App crashed" method=GET path=/ host=h request_id=8601 fwd="203.0.113.7" dyno= connect= service= status=503 bytes= protocol=https',
      row: { durationMicros: null, waitMicros: null, worker: null, status: 503, route: 'GET /' },
    },
    { line: '2024-10-29T17:04:15.123456+00:00 heroku[web.1]: State changed from starting to up', row: null },
  ],
  refuses: ['level=info msg="cache rebuilt" took=31ms', 'method=GET path=/a status=200'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: "the router's fields are fixed; log in the dyno as well, e.g. gunicorn --access-logformat '%(t)s %(p)s %(D)s \"%(r)s\" %(s)s %(b)s'",
    },
  ],
  notes: [
    'The stamp of the envelope is taken as the end of the request; a dyno stands for a worker.',
    'service holds the time in the queue of the dyno; connect is only the time until its kernel accepted.',
    'at=error code=H12: the router gave up after 30 s, the application goes on.',
  ],
});
