/** waitress: its own log (queue depth), and the access log of Paste's TransLogger, which is usually put in front of it. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'waitress',
  title: "waitress behind Paste's TransLogger, and waitress.queue",
  language: {
    pattern: percentParen,
    // paste/translogger.py, TransLogger.format
    directives: {
      REMOTE_ADDR: { kind: 'client' },
      REMOTE_USER: { kind: 'text' },
      time: { kind: 'time', shape: 'clf', means: 'start' },
      REQUEST_METHOD: { kind: 'method' },
      REQUEST_URI: { kind: 'target' },
      HTTP_VERSION: { kind: 'word' },
      status: { kind: 'status' },
      bytes: { kind: 'bytes' },
      HTTP_REFERER: { kind: 'text' },
      HTTP_USER_AGENT: { kind: 'text' },
      ...loggingRecord,
    },
  },
  layouts: [
    {
      name: 'with time, pid and thread',
      directives:
        '%(asctime)s %(process)d %(threadName)s %(levelname)s [%(name)s] %(REMOTE_ADDR)s - %(REMOTE_USER)s [%(time)s] "%(REQUEST_METHOD)s %(REQUEST_URI)s %(HTTP_VERSION)s" %(status)s %(bytes)s "%(HTTP_REFERER)s" "%(HTTP_USER_AGENT)s"',
    },
  ],
  stamp: 'start',
  written: 'response-start',
  writesCombined: true,
  loggers: ['wsgi', 'waitress', 'waitress.queue'],
  lifecycle: [
    // task.py, ThreadedTaskDispatcher.add_task: the number of requests that must wait, the new one included (1.3 and later).
    { starts: 'Task queue depth is ', pattern: /^Task queue depth is (?<value>\d+)$/, kind: 'queued' },
    { starts: 'Serving on ', pattern: /^Serving on (?<text>.*)$/, kind: 'listen' },
    { starts: 'serving on ', pattern: /^serving on (?<text>.*)$/, kind: 'listen' },
    { starts: 'total open connections reached', pattern: /^(?<text>.*)$/, kind: 'queue-full' },
    { starts: 'total open connections dropped', kind: null },
    { starts: 'Client disconnected while serving', kind: 'client-gone' },
    { starts: 'Client disconnected when serving', kind: 'client-gone' },
    { starts: 'Exception while serving', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Canceling ', pattern: /^(?<text>Canceling \d+ pending task\(s\))/, kind: 'error' },
  ],
  samples: [
    {
      line: '2024-10-29 17:04:15,869 17315 waitress-0 INFO [wsgi] 127.0.0.1 - - [29/Oct/2024:17:04:15 +0000] "GET /plain?a=1 HTTP/1.1" 200 6 "-" "-"',
      row: {
        time: '2024-10-29T17:04:15.869+00:00',
        meaning: 'response-start',
        worker: '17315',
        thread: 'waitress-0',
        route: 'GET /plain',
        status: 200,
      },
    },
    { line: 'WARNING:waitress.queue:Task queue depth is 3', row: null },
    { line: '2024-10-29 17:04:15,105 17315 MainThread WARNING [waitress.queue] Task queue depth is 2', row: null },
  ],
  refuses: ['127.0.0.1:37492 - "GET /async-io HTTP/1.1" 200', 'WARNING:root:the queue is long'],
  enable: [
    {
      gives: ['pid', 'thread'],
      how: "TransLogger(app, setup_console_handler=False) with logging.basicConfig(format='%(asctime)s %(process)d %(threadName)s %(levelname)s [%(name)s] %(message)s', level=logging.INFO)",
    },
    {
      gives: ['duration', 'wait'],
      how: 'TransLogger cannot log it: let nginx in front log $msec $request_time $upstream_response_time',
      also: { how: 'waitress.queue at WARNING gives the queue depth', unless: 'queued' },
    },
  ],
  notes: [
    'The time in brackets is the start of the work, after the queue; the line is written when the response starts.',
    'TransLogger gets the offset of its zone wrong (summer offset in winter, hundredths of hours): minutes 25, 50 and 75 are read as 15, 30 and 45.',
    '"Task queue depth is N" comes at each arrival that must wait: exact samples of the queue.',
  ],
});
