/** UvicornWorker under gunicorn: only the message of uvicorn's access logger, as it ignores --access-logformat. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'uvicorn-worker',
  title: 'uvicorn workers under gunicorn: address, request line, status',
  language: {
    pattern: percentParen,
    directives: {
      client_addr: { kind: 'client', port: true },
      request_line: { kind: 'request' },
      status_code: { kind: 'status' },
      asctime: { kind: 'time', shape: 'iso', means: 'written' },
      process: { kind: 'pid' },
      thread: { kind: 'thread' },
      levelname: { kind: 'level' },
      name: { kind: 'word' },
    },
  },
  layouts: [
    { name: 'default', directives: '%(client_addr)s - "%(request_line)s" %(status_code)s' },
    {
      name: 'with time and pid',
      directives: '%(asctime)s %(process)d %(client_addr)s - "%(request_line)s" %(status_code)s',
    },
  ],
  stamp: 'response-start',
  written: 'response-start',
  // "fastapi run" writes the same message behind a label.
  alsoBy: { id: 'uvicorn', unless: 'gunicorn' },
  // The lifecycle of the worker appears in gunicorn's error log, and is declared in gunicorn.ts and uvicorn.ts.
  lifecycle: [],
  samples: [
    {
      line: '127.0.0.1:37492 - "GET /async-io HTTP/1.1" 200',
      row: { time: null, meaning: null, worker: null, route: 'GET /async-io', status: 200 },
    },
    {
      line: '2024-10-29 17:04:15,742 123 127.0.0.1:37492 - "GET /a HTTP/1.1" 200',
      row: { time: '2024-10-29T17:04:15.742+00:00', meaning: 'response-start', worker: '123' },
    },
  ],
  refuses: [
    'INFO:     127.0.0.1:37492 - "GET /async-io HTTP/1.1" 200 OK',
    '127.0.0.1 - - [29/Oct/2024:17:04:15 +0000] "GET / HTTP/1.1" 200 1',
  ],
  enable: [
    {
      gives: ['time', 'pid'],
      how: "gunicorn --log-config with '%(asctime)s %(process)d %(message)s' on the handler of gunicorn.access",
    },
    {
      gives: ['duration'],
      how: "use gunicorn's own -k asgi (24 and later) with --access-logformat '… pid=%(p)s us=%(D)s', or let nginx log $request_time",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: ['Written when the head of the response is sent; no time, pid or duration unless a formatter adds them.'],
});
