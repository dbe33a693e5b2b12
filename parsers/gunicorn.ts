/** gunicorn: sync, gthread, gevent and asgi workers; the access log in any format of atoms, and the lines of the error log. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat, type LifecycleRule } from '../src/core/format.ts';

/** benoitc/gunicorn, arbiter.py, workers/base.py, glogging.py; wordings of 19.x to 26.x. */
const lifecycle: LifecycleRule[] = [
  { starts: 'Starting gunicorn', kind: null },
  { starts: 'Listening at: ', pattern: /^Listening at: (?<text>.*?)(?: \((?<value>\d+)\))?$/, kind: 'listen' },
  { starts: 'Using worker: ', pattern: /^Using worker: (?<text>\S+)$/, kind: 'model' },
  { starts: 'Booting worker with pid: ', pattern: /pid: (?<worker>\d+)$/, kind: 'boot' },
  { starts: 'Worker exiting (pid: ', pattern: /\(pid: (?<worker>\d+)\)$/, kind: 'exit' },
  { starts: 'WORKER TIMEOUT (pid:', pattern: /\(pid:(?<worker>\d+)\)$/, kind: 'timeout' },
  { starts: 'Autorestarting worker after current request', kind: 'recycle', byWriter: true },
  { starts: 'Worker graceful timeout (pid:', pattern: /\(pid:(?<worker>\d+)\)$/, kind: 'timeout' },
  // A worker that is stopped in order also gets SIGTERM: it was only killed if the arbiter calls it an error.
  {
    starts: 'Worker (pid:',
    pattern: /^Worker \(pid:(?<worker>\d+)\) was sent (?<text>SIG(?!TERM|INT|QUIT)\w+)!/,
    kind: 'killed',
  },
  { starts: 'Worker (pid:', pattern: /^Worker \(pid:(?<worker>\d+)\) was sent (?<text>\S+)/, kind: 'exit' },
  { starts: 'Worker (pid:', pattern: /^Worker \(pid:(?<worker>\d+)\) exited with (?<text>code 0)\b/, kind: 'exit' },
  { starts: 'Worker (pid:', pattern: /^Worker \(pid:(?<worker>\d+)\) exited with (?<text>code -?\d+)/, kind: 'killed' },
  {
    starts: 'Worker with pid ',
    pattern: /^Worker with pid (?<worker>\d+) was terminated due to (?<text>signal (?!15$|2$|3$)\d+)$/,
    kind: 'killed',
  },
  {
    starts: 'Worker with pid ',
    pattern: /^Worker with pid (?<worker>\d+) was terminated due to (?<text>signal \d+)$/,
    kind: 'exit',
  },
  { starts: 'Parent changed, shutting down: <Worker', pattern: /<Worker (?<worker>\d+)>/, kind: 'exit' },
  { starts: 'Handling signal: ', pattern: /^Handling signal: (?<text>hup|usr2)$/, kind: 'reload' },
  { starts: 'Handling signal: ', pattern: /^Handling signal: (?<text>ttin|ttou)$/, kind: 'resize' },
  { starts: 'Handling signal: ', kind: null },
  { starts: 'Hang up: Master', kind: 'reload' },
  { starts: 'Shutting down: Master', kind: 'shutdown' },
  { starts: 'socket backlog: ', pattern: /^socket backlog: (?<value>\d+)$/, kind: 'queue-depth' },
  { starts: 'Reason: ', pattern: /^Reason: (?<text>.*)$/, kind: 'error' },
  {
    starts: 'Error handling request',
    pattern: /^(?<text>Error handling request(?! from ).*)$/,
    kind: 'error',
    byWriter: true,
  },
  { starts: 'Error in ASGI application', pattern: /^(?<text>.*)$/, kind: 'error', byWriter: true },
  { starts: 'Exception in worker process', pattern: /^(?<text>.*)$/, kind: 'error', byWriter: true },
  { starts: 'Worker failed to boot', pattern: /^(?<text>.*)$/, kind: 'error' },
  { starts: 'App failed to load', pattern: /^(?<text>.*)$/, kind: 'error' },
  { starts: 'Invalid request from ip=', kind: null },
  { starts: 'Control socket listening at ', kind: null },
  { starts: 'Spawned dirty arbiter', kind: null },
  { starts: 'ASGI server listening on ', kind: null },
  { starts: 'Worker shutting down...', kind: null },
  { starts: 'Waiting for ', pattern: /^Waiting for \d+ connections to finish/, kind: null },
  // The client connected and sent no request, as TCP health checks do.
  { starts: 'Ignored premature client disconnection', kind: null },
  { starts: 'Error while closing socket ', kind: null },
  { starts: 'WSGI app sent body bytes on a no-body response', kind: null },
  { starts: 'ASGI app sent body bytes on a no-body response', kind: null },
  // --log-level debug
  { starts: 'Current configuration:', pattern: /^Current configuration:$/, kind: null },
  { starts: 'Arbiter booted', pattern: /^Arbiter booted$/, kind: null },
  { starts: 'Error sending message to statsd', kind: null },
  { starts: 'Closing connection.', pattern: /^Closing connection\. *$/, kind: null },
  // The answer could not be written because the client was gone.
  { starts: '[DEBUG] Ignoring EPIPE', kind: 'client-gone' },
  { starts: '[DEBUG] Ignoring connection epipe', kind: 'client-gone' },
  { starts: '[DEBUG] Ignoring connection reset', kind: 'client-gone' },
  { starts: '[DEBUG] ', pattern: /^\[DEBUG\] (?:[A-Z]+ \S*|\d+ workers|Ignoring \w+.*)$/, kind: null },
  { starts: 'Connection in use: ', pattern: /^(?<text>.*)$/, kind: 'error' },
];

const usual = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"';

export default defineFormat({
  id: 'gunicorn',
  title: 'gunicorn: access log in any --access-logformat, and the error log',
  language: {
    pattern: percentParen,
    // glogging.py, Logger.atoms
    directives: {
      h: { kind: 'client' },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'end' }, ']'],
      r: { kind: 'request' },
      m: { kind: 'method' },
      U: { kind: 'target' },
      q: { kind: 'text' },
      H: { kind: 'word' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      B: { kind: 'bytes' },
      f: { kind: 'text' },
      a: { kind: 'text' },
      T: { kind: 'duration', unit: 's', covers: 'service' },
      M: { kind: 'duration', unit: 'ms', covers: 'service' },
      D: { kind: 'duration', unit: 'us', covers: 'service' },
      L: { kind: 'duration', unit: 's', covers: 'service', fine: true },
      p: { kind: 'pid', angled: true },
      ...loggingRecord,
      message: { kind: 'text' },
    },
    families: [
      { pattern: /^\{x-request-start\}i$/i, field: { kind: 'arrival' } },
      { pattern: /^\{.*\}[ieo]$/, field: { kind: 'text' } },
    ],
  },
  layouts: [
    { name: 'with pid and duration', directives: `${usual} pid=%(p)s us=%(D)s` },
    { name: 'time, pid, duration first', directives: '%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s' },
    {
      name: 'time, pid, duration first, with X-Request-Start',
      directives: '%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s "%({x-request-start}i)s"',
    },
    { name: 'default', directives: usual },
    // The pid stands in place of the user, which is rarely known.
    { name: 'default, pid for the user', directives: usual.replace('%(u)s', '%(p)s') },
    { name: 'common, pid for the user', directives: '%(h)s %(l)s %(p)s %(t)s "%(r)s" %(s)s %(b)s', open: true },
    { name: 'client, time, request', directives: '%(h)s %(t)s "%(r)s" %(s)s %(b)s', open: true },
  ],
  stamp: 'end',
  written: 'end',
  writesCombined: true,
  loggers: ['gunicorn.access', 'gunicorn.error'],
  lifecycle,
  quirks: ['double-500', 'killed-500'],
  samples: [
    {
      line: '127.0.0.1 - <8712> [29/Oct/2024:17:04:15 +0000] "GET /io HTTP/1.1" 200 12 "-" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', worker: '8712', route: 'GET /io', status: 200, bytes: 12 },
    },
    {
      line: '127.0.0.1 - - [29/Oct/2024:17:04:15 +0000] "GET /io HTTP/1.1" 200 12 "-" "curl/8.5.0" pid=<8712> us=1001776',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 1_001_776,
        worker: '8712',
        route: 'GET /io',
        status: 200,
        bytes: 12,
      },
    },
    {
      line: '[29/Oct/2024:17:04:15 +0000] <8712> 446 "GET /users/7?x=1 HTTP/1.1" 200 6',
      row: { meaning: 'end', durationMicros: 446, worker: '8712', route: 'GET /users/{id}', status: 200 },
    },
    { line: '[2024-10-29 17:04:15 +0000] [8711] [INFO] Booting worker with pid: 8712', row: null },
    { line: '[2024-10-29 17:04:45 +0000] [8711] [CRITICAL] WORKER TIMEOUT (pid:8712)', row: null },
  ],
  refuses: [
    '127.0.0.1:37492 - "GET /async-io HTTP/1.1" 200',
    '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
    'Traceback (most recent call last):',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'duration'],
      how: `--access-logfile - --access-logformat '${usual} pid=%(p)s us=%(D)s'`,
    },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; in gunicorn add xrs=%({x-request-start}i)s to --access-logformat`,
    },
    {
      gives: ['thread'],
      how: "--logger-class or --log-config with a formatter for gunicorn.access that has %(thread)d: '%(asctime)s %(process)d %(thread)d %(message)s'",
    },
  ],
  notes: [
    'The stamp is the end of the request, the duration runs from the parsed headers to the last byte handed to the kernel.',
    'Waiting in the listen backlog or for a thread is in no atom: only a header set by a proxy can tell it.',
  ],
});
