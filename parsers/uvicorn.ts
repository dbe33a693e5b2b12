/** uvicorn: the default access log, and the same with time and pid, which --log-config can add. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'uvicorn',
  title: 'uvicorn access log: default, or with %(asctime)s and %(process)d',
  language: {
    pattern: percentParen,
    // logging.py, AccessFormatter
    directives: {
      levelprefix: { kind: 'level-prefix' },
      client_addr: { kind: 'client', port: true },
      request_line: { kind: 'request' },
      status_code: { kind: 'status-phrase' },
      ...loggingRecord,
    },
  },
  layouts: [
    { name: 'default', directives: '%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s' },
    {
      name: 'with time and pid',
      directives: '%(asctime)s [%(process)d] %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
    },
    {
      name: 'with time, pid and thread',
      directives:
        '%(asctime)s [%(process)d:%(thread)d] %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
    },
    {
      name: 'with time and bare pid',
      directives: '%(asctime)s %(process)d %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
    },
    {
      name: 'with time',
      directives: '%(asctime)s %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
    },
  ],
  stamp: 'response-start',
  written: 'response-start',
  writesPhrases: true,
  loggers: ['uvicorn.access', 'uvicorn.error'],
  lifecycle: [
    { starts: 'Started server process [', pattern: /\[(?<worker>\d+)\]$/, kind: 'boot' },
    { starts: 'Finished server process [', pattern: /\[(?<worker>\d+)\]$/, kind: 'exit' },
    { starts: 'Started parent process [', kind: null },
    { starts: 'Stopping parent process [', kind: 'shutdown' },
    {
      starts: 'Uvicorn running on ',
      pattern: /^Uvicorn running on (?<text>.*?)(?: \(Press CTRL\+C to quit\))?$/,
      kind: 'listen',
    },
    { starts: 'Waiting for application startup', kind: null },
    { starts: 'Application startup complete', kind: null },
    { starts: 'Application startup failed', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Maximum request limit of ', kind: 'recycle', byWriter: true },
    { starts: 'Exceeded concurrency limit', pattern: /^(?<text>.*)$/, kind: 'queue-full' },
    { starts: 'Invalid HTTP request received', kind: null },
    { starts: 'Unsupported upgrade request', kind: null },
    { starts: 'No supported WebSocket library detected', kind: null },
    { starts: 'Exception in ASGI application', pattern: /^(?<text>.*)$/, kind: 'error', byWriter: true },
    { starts: 'ASGI callable returned without', pattern: /^(?<text>.*)$/, kind: 'error', byWriter: true },
    {
      starts: 'Child process [',
      pattern: /^Child process \[(?<worker>\d+)\] (?<text>died|failed to start.*)$/,
      kind: 'killed',
    },
    { starts: 'Terminated child process [', pattern: /\[(?<worker>\d+)\]$/, kind: 'exit' },
    { starts: 'Waiting for child process [', kind: null },
    { starts: 'Received SIGHUP', kind: 'reload' },
    { starts: 'Received SIG', kind: null },
    { starts: 'Shutting down', kind: 'shutdown' },
    { starts: 'Waiting for connections to close', kind: null },
    { starts: 'Waiting for background tasks to complete', kind: null },
    { starts: 'Waiting for application shutdown', kind: null },
    { starts: 'Application shutdown complete', kind: null },
    { starts: 'Cancel ', pattern: /^(?<text>Cancel \d+ running task\(s\).*)$/, kind: 'error' },
    { starts: '', holds: '" [accepted]', pattern: /^\S* ?- "WebSocket .*" \[accepted\]$/, kind: null },
    { starts: 'connection open', kind: null },
    { starts: 'connection closed', kind: null },
    { starts: 'connection rejected', kind: null },
    { starts: 'connection failed', kind: null },
    // --log-level debug and trace: the websockets library, and every message between server and application.
    { starts: '< ', pattern: /^< (?:[A-Z]+ \S+ HTTP\/|[\w-]+: |[A-Z]+ )/, kind: null },
    { starts: '> ', pattern: /^> (?:HTTP\/|[\w-]+: |[A-Z]+)/, kind: null },
    { starts: '= connection is ', kind: null },
    { starts: '> [body] ', kind: null },
    { starts: '! ', pattern: /^! (?:failing connection|timed out|connection)/, kind: null },
    { starts: 'x ', pattern: /^x (?:half-)?clos/, kind: null },
    { starts: 'ASGI [', kind: null },
    {
      starts: '',
      pattern: /^\S* ?- (?:ASGI \[\d+\] |(?:HTTP|WebSocket) connection |Upgrading to WebSocket)/,
      kind: null,
    },
    { starts: 'Will watch for changes in these directories', kind: null },
    { starts: 'WatchFiles detected changes', kind: 'reload' },
    { starts: 'StatReload detected changes', kind: 'reload' },
    { starts: 'Started reloader process [', kind: null },
    { starts: 'Stopping reloader process [', kind: null },
  ],
  samples: [
    {
      line: 'INFO:     203.0.113.7:52134 - "GET /a%20b?x=1 HTTP/1.1" 200 OK',
      row: { time: null, meaning: null, route: 'GET /a%20b', status: 200, worker: null },
    },
    { line: 'INFO:      - "GET /u HTTP/1.1" 404 Not Found', row: { route: 'GET /u', status: 404 } },
    { line: 'INFO:     ::1:39280 - "GET /x HTTP/1.1" 299 ', row: { route: 'GET /x', status: 299 } },
    {
      line: '2024-10-29 17:04:15,742 [123] INFO:     203.0.113.7:52134 - "GET /fast HTTP/1.1" 200 OK',
      row: { time: '2024-10-29T17:04:15.742+00:00', meaning: 'response-start', worker: '123', route: 'GET /fast' },
    },
    {
      line: '2024-10-29 17:04:15,742 [123:140443927350144] INFO:      - "GET /u HTTP/1.1" 200 OK',
      row: { worker: '123', thread: '140443927350144', route: 'GET /u' },
    },
    { line: 'INFO:     Started server process [16109]', row: null },
    { line: '2024-10-29 17:04:15,742 [123] INFO:     Finished server process [123]', row: null },
  ],
  refuses: ['203.0.113.7:52134 - "GET /a HTTP/1.1" 200', 'INFO:root:GET /a took 12 ms'],
  enable: [
    {
      gives: ['time', 'pid'],
      how: `--log-config with, for uvicorn.access, fmt: '%(asctime)s [%(process)d] %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s'`,
    },
    {
      gives: ['duration', 'wait'],
      how: 'uvicorn cannot log it: let nginx in front log $msec $request_time $upstream_response_time, or run gunicorn -k asgi with %(D)s',
    },
  ],
  notes: [
    'The line is written when the head of the response is sent: a stamp on it is the start of the response, not its end.',
    'The default line has no time and no pid: read from a file it gives counts and routes only.',
  ],
});
