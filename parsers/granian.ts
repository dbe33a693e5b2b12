/** granian: its access log (start of the request, duration in milliseconds), and lines about itself. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'granian',
  title: 'granian access log',
  language: {
    pattern: percentParen,
    // granian/log.py
    directives: {
      time: { kind: 'time', shape: 'iso', means: 'start' },
      addr: { kind: 'client' },
      request: { kind: 'request' },
      method: { kind: 'method' },
      path: { kind: 'target' },
      query_string: { kind: 'text' },
      scheme: { kind: 'word' },
      protocol: { kind: 'word' },
      status: { kind: 'status' },
      dt_ms: { kind: 'duration', unit: 'ms', covers: 'service', fine: true },
      asctime: { kind: 'time', shape: 'iso', means: 'written' },
      process: { kind: 'pid' },
      levelname: { kind: 'level' },
    },
  },
  layouts: [
    { name: 'default', directives: '[%(time)s] %(addr)s - "%(request)s" %(status)d %(dt_ms).3f' },
    { name: 'with pid', directives: '%(process)d [%(time)s] %(addr)s - "%(request)s" %(status)d %(dt_ms).3f' },
  ],
  stamp: 'start',
  written: 'end',
  loggers: ['granian.access', '_granian'],
  lifecycle: [
    { starts: 'Failed to close websocket with error ', kind: null },
    { starts: 'Starting granian', kind: null },
    { starts: 'Listening at: ', pattern: /^Listening at: (?<text>\S+)$/, kind: 'listen' },
    { starts: 'Spawning ', pattern: /^Spawning \S+ with (?:[PT]ID|pid|tid): (?<worker>\d+)$/, kind: 'boot' },
    { starts: 'Started worker-', kind: null },
    { starts: 'Stopping worker-', kind: null },
    { starts: 'Stopped worker-', kind: null },
    { starts: 'Stopped old worker-', kind: null },
    { starts: 'Respawning worker-', kind: 'reload' },
    { starts: 'Killing worker-', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Unexpected exit from worker-', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Worker crash loop', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Shutting down granian', kind: 'shutdown' },
    { starts: 'Granian shutdown completed', kind: null },
    { starts: 'Websockets are not supported', kind: null },
    { starts: 'Workers respawn is configured', kind: null },
    { starts: 'Configuration allows spawning', kind: null },
    { starts: 'Application callable raised an exception', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'worker-', pattern: /^worker-\d+ lifetime expired/, kind: 'recycle' },
  ],
  samples: [
    {
      line: '[2024-10-29 17:04:15 +0000] 203.0.113.7 - "GET /a HTTP/1.1" 200 12.345',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'start',
        durationMicros: 12_345,
        route: 'GET /a',
        status: 200,
        worker: null,
      },
    },
    { line: '[INFO] Spawning worker-1 with PID: 19068', row: null },
    { line: '[INFO] Listening at: http://127.0.0.1:8000', row: null },
  ],
  refuses: [
    '[2024-10-29 17:04:15 +0000] [123] [INFO] Booting worker with pid: 124',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    { gives: ['time', 'duration'], how: '--access-log' },
    { gives: ['pid'], how: "--log-config with a formatter for granian.access: '%(process)d %(message)s'" },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The stamp is the start of the request, the line is written at its end; the duration is in milliseconds with three decimals.',
    'The offset of the stamp is that of the start of the process: after a change of summer time it is wrong by an hour.',
  ],
});
