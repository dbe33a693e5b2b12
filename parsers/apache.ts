/** Apache httpd and mod_wsgi: LogFormat in any directives, and the lines of the error log that tell of the process pool. */
import { percentLetter } from '../src/core/directives.ts';
import { defineFormat, type LifecycleRule } from '../src/core/format.ts';

/** mod_wsgi 4.x to 6.x word these differently: matched by keywords. */
const lifecycle: LifecycleRule[] = [
  {
    starts: 'mod_wsgi (pid=',
    pattern: /^mod_wsgi \(pid=(?<worker>\d+)\): Starting process .*threads=(?<value>\d+)/,
    kind: 'boot',
    also: 'threads',
  },
  {
    starts: 'mod_wsgi (pid=',
    pattern: /^mod_wsgi \(pid=(?<worker>\d+)\): (Exiting|Stopping) process/,
    kind: 'exit',
  },
  { starts: 'mod_wsgi (pid=', pattern: /^mod_wsgi \(pid=(?<worker>\d+)\): Maximum requests reached/, kind: 'recycle' },
  {
    starts: 'mod_wsgi (pid=',
    pattern: /^mod_wsgi \(pid=(?<worker>\d+)\): .*(time limit exceeded|timer expired)/,
    kind: 'timeout',
  },
  { starts: 'mod_wsgi (pid=', pattern: /^mod_wsgi \(pid=(?<worker>\d+)\): Process .* has died/, kind: 'killed' },
  {
    starts: 'mod_wsgi (pid=',
    pattern: /(?<text>Queue timeout expired for WSGI daemon process .*)$/,
    kind: 'queue-full',
  },
  { starts: 'mod_wsgi (pid=', pattern: /(?<text>Exception occurred processing WSGI script .*)$/, kind: 'error' },
  { starts: 'mod_wsgi (pid=', kind: null },
  { starts: 'Queue timeout expired for WSGI daemon process', pattern: /^(?<text>.*)$/, kind: 'queue-full' },
  { starts: 'server reached MaxRequestWorkers', pattern: /^(?<text>.*)$/, kind: 'queue-full' },
  { starts: 'AH00161: ', pattern: /^AH00161: (?<text>server reached MaxRequestWorkers.*)$/, kind: 'queue-full' },
  { starts: 'AH00484: ', pattern: /^AH00484: (?<text>server reached MaxRequestWorkers.*)$/, kind: 'queue-full' },
  { starts: 'AH00163: ', pattern: /^AH00163: (?<text>.*) configured/, kind: 'listen' },
  { starts: 'AH00489: ', pattern: /^AH00489: (?<text>.*) configured/, kind: 'listen' },
  { starts: 'AH00051: ', pattern: /child pid (?<worker>\d+) (?<text>exit signal .*)/, kind: 'killed' },
  { starts: 'AH00052: ', pattern: /child pid (?<worker>\d+) (?<text>exit signal .*)/, kind: 'killed' },
  { starts: 'AH00493: ', kind: 'reload' },
  { starts: 'AH00169: ', kind: 'shutdown' },
  { starts: 'AH00491: ', kind: 'shutdown' },
  { starts: 'AH', pattern: /^AH\d{5}: /, kind: null },
];

const usual = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
const service = (unit: 's' | 'ms' | 'us') => ({ kind: 'duration', unit, covers: 'service' }) as const;

export default defineFormat({
  id: 'apache',
  title: 'Apache httpd with mod_wsgi: LogFormat with %D, %P and the like, and the error log',
  language: {
    pattern: percentLetter,
    // modules/loggers/mod_log_config.c
    directives: {
      h: { kind: 'client' },
      a: { kind: 'client' },
      '{c}a': { kind: 'client' },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', { kind: 'time', shape: 'clf', means: 'start' }, ']'],
      r: { kind: 'request' },
      m: { kind: 'method' },
      U: { kind: 'target' },
      q: { kind: 'text' },
      H: { kind: 'word' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      B: { kind: 'bytes' },
      O: { kind: 'number' },
      I: { kind: 'number' },
      S: { kind: 'number' },
      D: service('us'),
      T: service('s'),
      '{ms}T': service('ms'),
      '{us}T': service('us'),
      '{s}T': service('s'),
      P: { kind: 'pid' },
      '{pid}P': { kind: 'pid' },
      '{tid}P': { kind: 'thread' },
      '{hextid}P': { kind: 'thread' },
      '{sec}t': { kind: 'time', shape: 'epoch-s', means: 'start' },
      '{msec}t': { kind: 'time', shape: 'epoch-ms', means: 'start' },
      '{usec}t': { kind: 'time', shape: 'epoch-us', means: 'start' },
      '{begin:sec}t': { kind: 'time', shape: 'epoch-s', means: 'start' },
      '{begin:msec}t': { kind: 'time', shape: 'epoch-ms', means: 'start' },
      '{begin:usec}t': { kind: 'time', shape: 'epoch-us', means: 'start' },
      '{end:sec}t': { kind: 'time', shape: 'epoch-s', means: 'end' },
      '{end:msec}t': { kind: 'time', shape: 'epoch-ms', means: 'end' },
      '{end:usec}t': { kind: 'time', shape: 'epoch-us', means: 'end' },
      '{msec_frac}t': { kind: 'number' },
      '{usec_frac}t': { kind: 'number' },
      '^FB': { kind: 'number' },
      '^FU': { kind: 'number' },
      k: { kind: 'number' },
      L: { kind: 'word' },
      X: { kind: 'word' },
      v: { kind: 'word' },
      V: { kind: 'word' },
      p: { kind: 'number' },
    },
    families: [
      { pattern: /^\{x-request-start\}i$/i, field: { kind: 'arrival' } },
      { pattern: /^\{x-pid\}o$/i, field: { kind: 'pid' } },
      { pattern: /^\{%Y-%m-%d[T ]%(H:%M:%S|T)[^}]*\}t$/, field: { kind: 'time', shape: 'iso', means: 'start' } },
      { pattern: /^\{%d\/%b\/%Y:%(H:%M:%S|T)[^}]*\}t$/, field: { kind: 'time', shape: 'clf', means: 'start' } },
      { pattern: /^\{%d\/%b\/%Y %(H:%M:%S|T)[^}]*\}t$/, field: { kind: 'time', shape: 'clf-blank', means: 'start' } },
    ],
  },
  layouts: [
    { name: 'combined', directives: usual },
    { name: 'combined with duration, pid and thread', directives: `${usual} %D %P %{tid}P` },
    {
      name: 'start, duration, pid and thread first',
      directives: '%{usec}t %D %P %{tid}P "%r" %>s %B %{X-Request-Start}i',
    },
    { name: 'vhost in front', directives: `%v:%p ${usual}` },
    { name: 'vhost in front, common', directives: '%v:%p %h %l %u %t "%r" %>s %b', open: true },
  ],
  stamp: 'start',
  written: 'end',
  writesCombined: true,
  loggers: ['apache', 'apache2', 'httpd'],
  lifecycle,
  samples: [
    {
      line: '1730221455123456 31000 123 140443927350144 "GET /a?x=1 HTTP/1.1" 200 512 t=1730221455.100',
      row: {
        time: '2024-10-29T17:04:15.123456+00:00',
        meaning: 'start',
        durationMicros: 31_000,
        worker: '123',
        thread: '140443927350144',
        route: 'GET /a',
        status: 200,
        arrival: '2024-10-29T17:04:15.100+00:00',
      },
    },
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0" 31000 123 140443927350144',
      row: { meaning: 'start', durationMicros: 31_000, worker: '123', thread: '140443927350144', route: 'GET /a' },
    },
    {
      line: 'www.example.com:443 203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"',
      row: { time: '2024-10-29T17:04:15+00:00', meaning: 'start', route: 'GET /a' },
    },
    {
      line: "[Tue Oct 29 17:04:15.123456 2024] [wsgi:info] [pid 123:tid 140443927350144] mod_wsgi (pid=123): Starting process 'app' with uid=33, gid=33 and threads=15.",
      row: null,
    },
    {
      line: '[Tue Oct 29 17:04:15.123456 2024] [mpm_event:error] [pid 99:tid 14044] AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting',
      row: null,
    },
  ],
  refuses: ['203.0.113.7:52134 - "GET /a HTTP/1.1" 200', '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: 'LogFormat "%{usec}t %D %P %{tid}P \\"%r\\" %>s %B %{X-Request-Start}i" scope',
    },
  ],
  notes: [
    'The stamp is the start of the request, the line is written at its end; %D is in microseconds, %T in whole seconds.',
    'With mod_wsgi in daemon mode %P and %{tid}P are the Apache child, not the Python process: let the application send its pid in a header X-Pid and log %{X-Pid}o.',
    '"server reached MaxRequestWorkers" and "Queue timeout expired" say outright that requests waited.',
  ],
});
