/** werkzeug (flask run), and the standard library's http.server, whose lines werkzeug adopted. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'werkzeug',
  title: 'werkzeug, flask run, http.server',
  language: {
    pattern: percentParen,
    // werkzeug/serving.py, WSGIRequestHandler.log
    directives: {
      addr: { kind: 'client' },
      time: { kind: 'time', shape: 'clf-blank', means: 'response-start' },
      request: { kind: 'request' },
      status: { kind: 'status' },
    },
  },
  layouts: [{ name: 'default', directives: '%(addr)s - - [%(time)s] "%(request)s" %(status)s -' }],
  stamp: 'response-start',
  written: 'response-start',
  loggers: ['werkzeug'],
  lifecycle: [
    { starts: ' * Running on ', pattern: /^ \* Running on (?<text>\S+)/, kind: 'listen' },
    { starts: ' * Detected change in ', kind: 'reload' },
    { starts: ' * Restarting with ', kind: null },
    { starts: ' * Serving Flask app', pattern: /^ \* (?<text>Serving Flask app)/, kind: 'model' },
    { starts: ' * Debug mode: ', kind: null },
    { starts: ' * Debugger ', kind: null },
    { starts: ' * Environment: ', kind: null },
    { starts: ' * Tip: ', kind: null },
    { starts: '   WARNING: This is a development server', kind: null },
    { starts: '   Use a production WSGI server', kind: null },
    { starts: 'WARNING: This is a development server', kind: null },
    { starts: 'Press CTRL+C to quit', kind: null },
    { starts: 'Serving HTTP on ', pattern: /^Serving HTTP on (?<text>.+?) \.\.\.$/, kind: 'listen' },
    { starts: 'Keyboard interrupt received, exiting', kind: 'shutdown' },
    { starts: 'code ', pattern: /^code \d{3}, message /, kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a?x=1 HTTP/1.1" 200 -',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'response-start', route: 'GET /a', status: 200, bytes: null },
    },
    {
      line: '203.0.113.7 - - [29/Oct/2024 17:04:15] "\u001b[31m\u001b[1mGET /f HTTP/1.1\u001b[0m" 403 -',
      row: { route: 'GET /f', status: 403 },
    },
    { line: '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /old HTTP/0.9" 200 -', row: { route: 'GET /old' } },
    {
      line: "203.0.113.7 - - [29/Oct/2024 17:04:15] code 400, message Bad request syntax ('\\x16\\x03')",
      row: null,
    },
    { line: '[2024-10-29 17:04:15,123] ERROR in app: Exception on /x [GET]', row: null },
    { line: ' * Running on http://127.0.0.1:5000', row: null },
    { line: 'Serving HTTP on 127.0.0.1 port 8000 (http://127.0.0.1:8000/) ...', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
    '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['pid', 'thread'],
      how: "logging.basicConfig(format='%(asctime)s %(process)d %(threadName)s %(message)s', level=logging.INFO)",
    },
    {
      gives: ['duration', 'wait'],
      how: 'the development server cannot log it: run gunicorn with --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the start of the response, local time without a zone, in seconds; colour is written even to files.',
    'Flask (from 1.0 on) and http.server start a thread per request: there is no pool that could be full. run_simple and make_server run one at a time unless they are given threaded=True, and write the same lines.',
  ],
});
