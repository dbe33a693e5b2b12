/** Varnish: the lines of varnishncsa. */
import { percentLetter } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const usual = '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i"';
const response = (unit: 's' | 'ms' | 'us') => ({ kind: 'duration', unit, covers: 'response' }) as const;
const start = (shape: 'clf' | 'clf-blank' | 'iso' | 'epoch-s' | 'epoch-ms' | 'epoch-us') =>
  ({ kind: 'time', shape, means: 'start' }) as const;

export default defineFormat({
  id: 'varnish',
  title: 'Varnish: varnishncsa in any format',
  language: {
    pattern: percentLetter,
    // bin/varnishncsa/varnishncsa.c
    directives: {
      h: { kind: 'client' },
      l: ['-'],
      u: { kind: 'text' },
      t: ['[', start('clf'), ']'],
      r: { kind: 'request' },
      m: { kind: 'method' },
      U: { kind: 'target' },
      q: { kind: 'text' },
      H: { kind: 'word' },
      s: { kind: 'status' },
      b: { kind: 'bytes' },
      I: { kind: 'number' },
      O: { kind: 'number' },
      D: response('us'),
      T: response('s'),
      '{s}T': response('s'),
      '{ms}T': response('ms'),
      '{us}T': response('us'),
      '{sec}t': start('epoch-s'),
      '{msec}t': start('epoch-ms'),
      '{usec}t': start('epoch-us'),
      '{msec_frac}t': { kind: 'number' },
      '{usec_frac}t': { kind: 'number' },
      // Only the beginning: the answer continues after its first byte.
      '{Varnish:time_firstbyte}x': { kind: 'number' },
      '{Varnish:vxid}x': { kind: 'number' },
      '{Varnish:hitmiss}x': { kind: 'word' },
      '{Varnish:handling}x': { kind: 'word' },
      '{Varnish:side}x': { kind: 'word' },
    },
    families: [
      { pattern: /^\{%Y-%m-%d[T ]%(H:%M:%S|T)[^}]*\}t$/, field: start('iso') },
      { pattern: /^\{%d\/%b\/%Y:%(H:%M:%S|T)[^}]*\}t$/, field: start('clf') },
      { pattern: /^\{%d\/%b\/%Y %(H:%M:%S|T)[^}]*\}t$/, field: start('clf-blank') },
      { pattern: /^\{.*\}[iox]$/, field: { kind: 'text' } },
    ],
  },
  layouts: [{ name: 'default', directives: usual }],
  stamp: 'start',
  written: 'end',
  writesCombined: true,
  writesUrls: true,
  decimalsToFirstByte: true,
  proxy: true,
  loggers: ['varnishncsa', 'varnish'],
  lifecycle: [],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET http://example.com/a?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0"',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'start',
        route: 'GET /a',
        status: 200,
        bytes: 512,
        durationMicros: null,
      },
    },
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET http://example.com/a HTTP/1.1" 200 512 "-" "curl/8.5.0" 0.030211 miss pass',
      row: { meaning: 'start', route: 'GET /a', status: 200, durationMicros: null },
    },
  ],
  refuses: [
    '203.0.113.7:52134 - "GET /a HTTP/1.1" 200',
    '1730221455.123     31 203.0.113.7 TCP_MISS/200 512 GET http://h:8000/a?x=1 - HIER_DIRECT/10.0.0.2 text/html',
  ],
  enable: [
    {
      gives: ['duration'],
      how: 'varnishncsa -F \'%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i" %D %{Varnish:time_firstbyte}x %{Varnish:handling}x\'',
    },
    {
      gives: ['pid', 'wait'],
      how: 'log in the server as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The request holds the whole URL, which tells these lines from those of other servers.',
    'The stamp is when the request came in, to a second; the duration runs to the last byte of the answer and holds the wait for a worker.',
    'time_firstbyte is no duration of the whole answer, and is not used. Hits of the cache never came to the server.',
  ],
});
