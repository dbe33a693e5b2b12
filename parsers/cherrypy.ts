/** CherryPy's access log: Combined without a zone, and an empty string where others write "-". */
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'cherrypy',
  title: 'CherryPy access log',
  language: {
    // cherrypy/_cplogging.py, LogManager.access_log_format
    pattern: /\{([a-z])\}/,
    directives: {
      h: { kind: 'client' },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', { kind: 'time', shape: 'clf-local', means: 'response-start' }, ']'],
      r: { kind: 'request' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      // A missing header is an empty string here; other servers write "-".
      f: { kind: 'text', never: ['-'] },
      a: { kind: 'text', never: ['-'] },
      o: { kind: 'text' },
      i: { kind: 'word' },
      z: { kind: 'time', shape: 'iso', means: 'response-start' },
    },
  },
  layouts: [
    { name: 'default', directives: '{h} {l} {u} {t} "{r}" {s} {b} "{f}" "{a}"' },
    { name: 'in UTC', directives: '{h} {l} {u} {z} "{r}" {s} {b} "{f}" "{a}"' },
    // Later versions write both the offset and the Z.
    { name: 'in UTC', directives: '{h} {l} {u} {z}Z "{r}" {s} {b} "{f}" "{a}"' },
  ],
  stamp: 'response-start',
  written: 'response-start',
  loggers: ['cherrypy.access', 'cherrypy.error'],
  lifecycle: [
    { starts: 'ENGINE Serving on ', pattern: /^ENGINE Serving on (?<text>\S+)$/, kind: 'listen' },
    { starts: 'ENGINE Bus EXITED', kind: 'shutdown' },
    { starts: 'ENGINE Restarting because ', kind: 'reload' },
    { starts: 'ENGINE Error in ', pattern: /^ENGINE (?<text>.*)$/, kind: 'error' },
    { starts: 'ENGINE ', kind: null },
    { starts: 'HTTP', pattern: /^HTTP\s*$/, kind: 'error' },
    { starts: 'Request Headers:', kind: null },
    { starts: 'CherryPy Checker:', kind: null },
    { starts: "The Application mounted at '' has an empty config.", kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15] "GET /a HTTP/1.1" 200 512 "" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'response-start', route: 'GET /a', status: 200, bytes: 512 },
    },
    {
      line: '203.0.113.7 - - 2024-10-29T17:04:15.105193+00:00Z "GET /a HTTP/1.1" 200 512 "" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15.105193+00:00', meaning: 'response-start', route: 'GET /a', status: 200 },
    },
    {
      line: '2024-10-29 17:04:15,530 32636 CP Server Thread-3 203.0.113.7 - - [29/Oct/2024:17:04:15] "GET /a HTTP/1.1" 200 512 "" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15.530+00:00', worker: '32636', thread: 'Thread-3', route: 'GET /a', status: 200 },
    },
    { line: '[29/Oct/2024:17:04:15] ENGINE Serving on http://127.0.0.1:8080', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
    '203.0.113.7 - - [29/Oct/2024:17:04:15] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
  ],
  enable: [
    {
      gives: ['time'],
      how: 'cherrypy._cplogging.LogManager.access_log_format = \'{h} {l} {u} {z} "{r}" {s} {b} "{f}" "{a}"\' (UTC, microseconds; set on cherrypy.log alone it does not reach mounted applications)',
    },
    {
      gives: ['pid', 'thread'],
      how: "for h in cherrypy.log.access_log.handlers: h.setFormatter(logging.Formatter('%(asctime)s %(process)d %(threadName)s %(message)s'))",
    },
    {
      gives: ['duration', 'wait'],
      how: 'CherryPy cannot log it: let nginx in front log $msec $request_time $upstream_response_time',
    },
  ],
  notes: [
    'Written before the body is sent: the stamp is the start of the response, in local time and without a zone.',
    'A missing Referer or User-Agent is an empty string, which tells it from all other Combined lines.',
  ],
});
