/** Squid's native access log. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

// The result in words distinguishes these lines from others.
const lineOf = (result: string) =>
  `%(time)s%(padding)s%(elapsed)s %(client)s ${result}%(result)s/%(status)s %(size)s %(method)s %(url)s %(user)s %(peer)s %(type)s`;

export default defineFormat({
  id: 'squid',
  title: 'Squid access log (native)',
  language: {
    pattern: percentParen,
    // squid.conf, logformat squid: %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt
    directives: {
      time: { kind: 'time', shape: 'epoch-s', means: 'end' },
      padding: { kind: 'blanks' },
      elapsed: { kind: 'duration', unit: 'ms', covers: 'response' },
      client: { kind: 'client' },
      result: { kind: 'text' },
      status: { kind: 'status' },
      size: { kind: 'bytes' },
      method: { kind: 'method' },
      url: { kind: 'target' },
      user: { kind: 'word' },
      peer: { kind: 'word' },
      type: { kind: 'word' },
    },
  },
  layouts: [
    { name: 'native', directives: lineOf('TCP_') },
    { name: 'native, no answer of a server', directives: lineOf('NONE') },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  loggers: ['squid'],
  lifecycle: [],
  samples: [
    {
      line: '1730221455.123     31 203.0.113.7 TCP_MISS/200 512 GET http://h:8000/a?x=1 - HIER_DIRECT/10.0.0.2 text/html',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '1730221455.123 180031 203.0.113.7 TCP_MISS_ABORTED/000 0 POST http://h:8000/slow - HIER_DIRECT/10.0.0.2 -',
      row: { durationMicros: 180_031_000, route: 'POST /slow', status: 0 },
    },
  ],
  refuses: [
    '1730221455.123 811 GET /a 200 512 0.031',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['pid', 'wait'],
      how: 'log in the server as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the end of the answer, to a millisecond; the duration is that of the answer to the client, in milliseconds.',
    'Answers from the cache (TCP_HIT) never came to the server.',
  ],
});
