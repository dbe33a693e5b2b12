/** HAProxy's HTTP log, the only log of a proxy that states the time in the queue. */
import { defineFormat } from '../src/core/format.ts';

const head = '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq';

export default defineFormat({
  id: 'haproxy',
  title: 'HAProxy HTTP log',
  language: {
    // src/log.c, logformat_tags; "%{+Q}r" writes the request in quotes.
    pattern: /%(?:(%)|(?:\([^)]*\))?(\{[^}]*\}[A-Za-z]+|\[[^\]]*\]|[A-Za-z]+))/,
    directives: {
      ci: { kind: 'client' },
      cp: { kind: 'number' },
      tr: { kind: 'time', shape: 'clf', means: 'start' },
      trl: { kind: 'time', shape: 'clf', means: 'start' },
      trg: { kind: 'time', shape: 'clf', means: 'start' },
      t: { kind: 'time', shape: 'clf', means: 'start' },
      T: { kind: 'time', shape: 'clf', means: 'start' },
      Ts: { kind: 'time', shape: 'epoch-s', means: 'start' },
      ft: { kind: 'word' },
      f: { kind: 'word' },
      b: { kind: 'word' },
      s: { kind: 'word' },
      // The stamp is the first byte of the request: reading the request, the queue and the connect precede the work.
      TR: { kind: 'lead', unit: 'ms' },
      Tq: { kind: 'lead', unit: 'ms' },
      Tw: { kind: 'wait', unit: 'ms', before: true },
      Tc: { kind: 'lead', unit: 'ms' },
      Tr: { kind: 'number' },
      Td: { kind: 'number' },
      Ta: { kind: 'duration', unit: 'ms', covers: 'response' },
      Tt: { kind: 'duration', unit: 'ms', covers: 'response' },
      ST: { kind: 'status' },
      B: { kind: 'bytes' },
      CC: { kind: 'word' },
      CS: { kind: 'word' },
      tsc: { kind: 'word' },
      ts: { kind: 'word' },
      ms: { kind: 'number' },
      ac: { kind: 'number' },
      fc: { kind: 'number' },
      bc: { kind: 'number' },
      sc: { kind: 'number' },
      rc: { kind: 'number' },
      sq: { kind: 'number' },
      bq: { kind: 'number' },
      hr: { kind: 'text' },
      hs: { kind: 'text' },
      HM: { kind: 'method' },
      HU: { kind: 'target' },
      HP: { kind: 'target' },
      HV: { kind: 'word' },
      pid: { kind: 'number' },
      r: { kind: 'request' },
      '{+Q}r': ['"', { kind: 'request' }, '"'],
      // A request that was cut at 1024 bytes lacks the closing quote.
      cut: ['"', { kind: 'request' }],
    },
    families: [{ pattern: /./, field: { kind: 'text' } }],
  },
  layouts: [
    {
      name: 'option httplog clf',
      directives:
        '%ci - - [%trg] %{+Q}r %ST %B "" "" %cp %ms "%ft" "%b" "%s" %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq "%CC" "%CS"',
      open: true,
    },
    { name: 'option httplog', directives: `${head} %{+Q}r`, open: true },
    { name: 'with captured headers', directives: `${head} {%hr} %{+Q}r`, open: true },
    { name: 'with captured headers of both', directives: `${head} {%hr} {%hs} %{+Q}r`, open: true },
    { name: 'request cut off', directives: `${head} %cut` },
    { name: 'with captured headers, request cut off', directives: `${head} {%hr} %cut` },
  ],
  stamp: 'start',
  written: 'end',
  proxy: true,
  loggers: ['haproxy'],
  lifecycle: [
    { starts: 'Proxy ', pattern: /^Proxy \S+ (started|stopped)/, kind: null },
    { starts: 'Server ', pattern: /^Server (?<text>\S+ is (DOWN|going DOWN).*)$/, kind: 'error' },
    { starts: 'Server ', pattern: /^Server \S+ is UP/, kind: null },
    { starts: 'backend ', pattern: /^backend (?<text>\S+ has no server available!)/, kind: 'error' },
    { starts: 'Connect from ', kind: null },
    { starts: 'Health check for server ', kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe~ be/web1 0/35/1/120/156 200 512 - - ---- 9/9/8/4/0 0/3 "GET /a?x=1 HTTP/1.1"',
      row: {
        time: '2024-10-29T17:04:15.159+00:00',
        meaning: 'start',
        durationMicros: 120_000,
        waitMicros: 35_000,
        route: 'GET /a',
        status: 200,
        worker: null,
      },
    },
    {
      line: 'Oct 29 17:04:15 lb haproxy[99]: 203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe be/<NOSRV> -1/-1/-1/-1/7312 -1 0 - - CR-- 4/4/0/0/0 0/0 ""',
      row: { durationMicros: null, waitMicros: null, status: 0, route: null, worker: null },
    },
    {
      line: '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe be/web1 3/0/1/22/+26 200 +311 - - ---- 9/9/8/4/0 0/0 "GET /very/long/ur',
      row: { durationMicros: null, waitMicros: 0, route: 'GET /very/long/ur', status: 200 },
    },
    {
      line: '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe be/web1 3/0/1/22/26 200 311 - - ---- 9/9/8/4/0 0/0 {example.com|curl 8} {} "GET /a HTTP/1.1"',
      row: { durationMicros: 22_000, route: 'GET /a' },
    },
    {
      // option httpslog
      line: '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe~ be/web1 3/0/1/22/26 200 311 - - ---- 9/9/8/4/0 0/0 "GET /a HTTP/1.1" 0/0000000000000000/0/0/0 example.com/TLSv1.3/TLS_AES_256_GCM_SHA384',
      row: { durationMicros: 22_000, route: 'GET /a', status: 200 },
    },
    { line: 'Oct 29 17:04:15 lb haproxy[99]: Server be/web1 is DOWN, reason: Layer4 timeout', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
    '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe be/web1 0/0/156 512 -- 9/9/8/4/0 0/3',
  ],
  enable: [
    {
      gives: ['time', 'duration', 'wait'],
      how: 'option httplog, and maxconn on each server so that requests queue in HAProxy',
    },
    {
      gives: ['pid', 'thread'],
      how: 'HAProxy does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'TR/Tw/Tc/Tr/Ta: request read, time in the queue, connect, answer of the server, all; in milliseconds. The work is taken to start at the stamp + TR + Tw + Tc and to end at the stamp + Ta.',
    '-1 is a phase that was not reached; a leading + (logasap) is a lower bound and taken as not known.',
    'Tw is the queue of HAProxy itself: with no maxconn on the server the queue is in the listen backlog, which nobody logs.',
  ],
});
