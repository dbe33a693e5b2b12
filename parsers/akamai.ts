/** Akamai DataStream 2: the records that its edge servers deliver, one JSON object each. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const record = (path: string): string =>
  `{"version":1,"cp":"123456","reqId":"1239f220","reqTimeSec":"1730221455.123","bytes":"4995","cliIP":"203.0.113.7","statusCode":"206","proto":"HTTPS","reqHost":"test.example.com","reqMethod":"GET","reqPath":"${path}","reqPort":"443","rspContentLen":"5000","UA":"curl/8.5.0","tlsOverheadTimeMSec":"0","totalBytes":"5227","queryStr":"x=1","reqEndTimeMSec":"3","turnAroundTimeMSec":"11","transferTimeMSec":"125","dnsLookupTimeMSec":"-"}`;

export default defineFormat({
  id: 'akamai',
  title: 'Akamai DataStream 2, JSON',
  language: { pattern: percentParen, directives: {} },
  layouts: [],
  keyed: [
    {
      name: 'DataStream 2',
      syntax: 'json',
      fields: {
        reqTimeSec: { kind: 'time', shape: 'any', means: 'start' },
        turnAroundTimeMSec: { kind: 'duration', unit: 'ms', covers: 'response', add: true },
        transferTimeMSec: { kind: 'duration', unit: 'ms', covers: 'response', add: true },
        reqMethod: { kind: 'method' },
        reqPath: { kind: 'target' },
        statusCode: { kind: 'status' },
        bytes: { kind: 'bytes' },
        cliIP: { kind: 'client' },
      },
      requires: ['reqTimeSec', 'reqMethod', 'reqPath', 'statusCode'],
    },
  ],
  stamp: 'start',
  written: 'end',
  proxy: true,
  lifecycle: [],
  samples: [
    {
      line: record('/path1/path2/file.ext'),
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'start',
        durationMicros: 136_000,
        route: 'GET /path1/path2/file.ext',
        status: 206,
        bytes: 4995,
      },
    },
    { line: record('path1/a.css'), row: { route: 'GET path1/a.css', durationMicros: 136_000, status: 206 } },
  ],
  refuses: [
    '{"timestamp":"2024-10-29T17:04:15.123Z","method":"GET","path":"/a","statusCode":200}',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['time', 'duration'],
      how: 'choose reqTimeSec, turnAroundTimeMSec and transferTimeMSec among the fields of the stream',
    },
    {
      gives: ['pid', 'thread', 'wait'],
      how: 'Akamai does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is when the edge took the request, in seconds since 1970; the duration is the time to its first byte and that of sending the answer.',
    'Answers from the cache of the edge never came to the server.',
  ],
});
