/** Sanic: the access log of 24.6 and later (production and debug), and the older one. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

/** Who wrote a line: a worker, by its number in one of several forms, or the only process. */
const whoWrites = [
  ['', 'Srv %(number)s'],
  [', ten workers or more', 'Srv%(number)s'],
  [', number padded', 'Srv %(number)s '],
  [', one process', '%(ident)s'],
] as const;
/** Prefix of what a worker says about itself. */
const worker = String.raw`^Srv ?(?<worker>\d+) .* `;

export default defineFormat({
  id: 'sanic',
  title: 'Sanic access log',
  language: {
    pattern: percentParen,
    // sanic/logging/formatter.py
    directives: {
      ident: { kind: 'text' },
      number: { kind: 'worker' },
      asctime: { kind: 'time', shape: 'iso', means: 'response-start' },
      clock: { kind: 'word' },
      levelname: { kind: 'level' },
      host: { kind: 'client', port: true },
      request: { kind: 'request' },
      status: { kind: 'status', known: true },
      byte: { kind: 'bytes' },
      duration: { kind: 'duration', unit: 'ms', covers: 'service', fine: true },
      name: { kind: 'word' },
      process: { kind: 'pid' },
    },
  },
  layouts: [
    ...whoWrites.flatMap(([by, who]) => [
      {
        name: `production${by}`,
        directives: `${who}|%(asctime)s %(levelname)s: %(host)s %(request)s %(status)s %(byte)s  %(duration)sms`,
      },
      {
        name: `production, no duration${by}`,
        directives: `${who}|%(asctime)s %(levelname)s: %(host)s %(request)s %(status)s %(byte)s`,
      },
      {
        name: `production, chunked${by}`,
        directives: `${who}|%(asctime)s %(levelname)s: %(host)s %(request)s %(status)s chunked  %(duration)sms`,
      },
    ]),
    ...['Srv %(number)s', 'Srv%(number)s'].flatMap((who) => [
      {
        name: 'debug',
        directives: `${who} %(clock)s %(levelname)s: %(host)s %(request)s %(status)s %(byte)s  %(duration)sms`,
      },
      {
        name: 'debug, no duration',
        directives: `${who} %(clock)s %(levelname)s: %(host)s %(request)s %(status)s %(byte)s`,
      },
    ]),
    {
      name: 'with pid',
      directives: '%(asctime)s %(process)d %(host)s %(request)s %(status)s %(byte)s  %(duration)sms',
    },
    {
      name: 'legacy formatter',
      directives: '%(asctime)s - (%(name)s)[%(levelname)s][%(host)s]: %(request)s  %(status)s %(byte)s',
    },
    {
      name: 'up to 23.12',
      directives: '[%(asctime)s] - (%(name)s)[%(levelname)s][%(host)s]: %(request)s  %(status)s %(byte)s',
    },
  ],
  keyed: [
    {
      name: 'JSONAccessFormatter',
      syntax: 'json',
      fields: {
        timestamp: { kind: 'time', shape: 'any', means: 'response-start' },
        host: { kind: 'client', port: true },
        request: { kind: 'request' },
        status: { kind: 'status' },
        byte: { kind: 'bytes' },
        duration: { kind: 'duration', unit: 'ms', covers: 'service' },
      },
      requires: ['host', 'request', 'status', 'byte', 'duration'],
    },
  ],
  stamp: 'response-start',
  written: 'response-start',
  loggers: ['sanic.access', 'sanic.root', 'sanic.server'],
  lifecycle: [
    // The access lines name a worker by its number, not by its pid, so boot and exit do, too.
    { starts: 'Srv', pattern: new RegExp(`${worker}Starting worker \\[\\d+\\]$`), kind: 'boot' },
    { starts: 'Srv', pattern: new RegExp(`${worker}Worker complete \\[\\d+\\]$`), kind: 'exit' },
    { starts: 'Starting worker [', pattern: /^Starting worker \[(?<worker>\d+)\]$/, kind: 'boot' },
    { starts: 'Worker ready [', kind: null },
    { starts: 'Stopping worker [', kind: null },
    { starts: 'Worker complete [', pattern: /^Worker complete \[(?<worker>\d+)\]$/, kind: 'exit' },
    { starts: "Goin' Fast @ ", pattern: /^Goin' Fast @ (?<text>\S+)$/, kind: 'listen' },
    { starts: 'Server Stopped', kind: 'shutdown' },
    { starts: 'Received signal ', kind: null },
    { starts: 'Exception occurred while handling uri: ', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Sanic v', kind: null },
    { starts: 'app: ', pattern: /^app: \S+$/, kind: null },
    { starts: 'mode: ', kind: null },
    { starts: 'server: ', kind: null },
    { starts: 'python: ', kind: null },
    { starts: 'platform: ', kind: null },
    { starts: 'packages: ', kind: null },
    { starts: 'auto-reload: ', kind: null },
    { starts: 'Error Page: ', kind: null },
    { starts: 'Creating multiprocessing context', kind: null },
    { starts: 'Starting a process: ', kind: null },
    { starts: 'Process ack: ', kind: null },
    { starts: 'Terminating a process: ', kind: null },
    { starts: 'Dispatching signal: ', kind: null },
    { starts: 'KeepAlive Timeout', kind: null },
    { starts: 'protocol.connection_task uncaught', pattern: /^(?<text>.*)$/, kind: 'error' },
    // If a client left, this line follows the one of its answer.
    { starts: '', holds: ' DISCONNECTED', pattern: /^\S+ [A-Z]+ \S+ \d{3} DISCONNECTED\s*$/, kind: null },
    {
      starts: '',
      pattern:
        /^(Main|Srv \d+|Reloader)\s*\|?\s*(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d (?:[+-]\d{4} )?[A-Z]+:(?! \S+ [A-Z]+ http)/,
      kind: null,
    },
  ],
  samples: [
    {
      line: '2024-10-29 17:04:15,338 8758 203.0.113.7:53850 GET http://h/a?x=1 200 3  101.2ms',
      row: {
        time: '2024-10-29T17:04:15.338+00:00',
        meaning: 'response-start',
        durationMicros: 101_200,
        worker: '8758',
        route: 'GET /a',
        status: 200,
      },
    },
    {
      line: 'Srv 0|2024-10-29 17:04:15 +0000 INFO: 203.0.113.7:52134 GET http://h:8000/a?x=1 200 6  1.2ms',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'response-start',
        durationMicros: 1200,
        worker: '0',
        route: 'GET /a',
        status: 200,
        bytes: 6,
      },
    },
    {
      line: '{"timestamp":"2024-10-29 17:04:15 +0000","level":"INFO","message":"","host":"203.0.113.7:52134","request":"GET http://h:8000/a?x=1","status":200,"byte":6,"duration":" 1.2ms"}',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'response-start',
        durationMicros: 1200,
        route: 'GET /a',
        status: 200,
        bytes: 6,
      },
    },
    {
      line: 'Srv12|2024-10-29 17:04:15 +0000 INFO: 203.0.113.7:52134 GET http://h:8000/a?x=1 200 6  1.2ms',
      row: { worker: '12', durationMicros: 1200 },
    },
    {
      line: 'Main |2024-10-29 17:04:15 +0000 INFO: 203.0.113.7:52134 GET http://h:8000/a?x=1 200 6  1.2ms',
      row: { worker: null, durationMicros: 1200 },
    },
    {
      line: 'Srv 0 |2024-10-29 17:04:15 +0000 INFO: ABCDunx NONE http:///* 400 61 ',
      row: { worker: '0', route: 'NONE /*', status: 400, durationMicros: null },
    },
    {
      line: 'Srv 0 17:04:15 INFO: 203.0.113.7:52134 GET http://h:8000/a 200 6  301.0ms',
      row: { time: null, durationMicros: 301_000, worker: '0', route: 'GET /a' },
    },
    {
      line: '[2024-10-29 17:04:15 +0000] - (sanic.access)[INFO][203.0.113.7:52134]: GET http://h:8000/a  200 6',
      row: { time: '2024-10-29T17:04:15+00:00', route: 'GET /a', status: 200, bytes: 6 },
    },
    { line: 'Srv 1 2024-10-29 17:04:15 +0000 INFO: Starting worker [19536]', row: null },
    { line: 'Srv 0|2024-10-29 17:04:15 +0000 INFO: 203.0.113.7:52134 GET http://x/slow 500 DISCONNECTED ', row: null },
  ],
  refuses: [
    '[2024-10-29 17:04:15 +0000] [123] [INFO] Booting worker with pid: 124',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    { gives: ['time', 'duration'], how: 'sanic app:app --access-logs' },
    {
      gives: ['pid'],
      how: "in log_config: formatters['access'] = {'class': 'logging.Formatter', 'format': '%(asctime)s %(process)d %(host)s %(request)s %(status)s %(byte)s %(duration)s'}",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The line is written when the head of the response is sent; the duration runs from the parsed request head to there.',
    'Lines name the worker by its number ("Srv 0"), which stays that of a worker that is started again; with one process alone, "Main".',
    'In debug mode the stamp has no date: such lines give counts, routes and durations, and no time.',
  ],
});
