/** W3C Extended Log Format, as IIS writes it: columns that a "#Fields:" line names. */
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'w3c',
  title: 'W3C Extended Log Format (IIS): columns named by a "#Fields:" line',
  language: {
    // The directives are the names of the fields; date and time are adjacent, whatever separates them.
    pattern: /(date time|[A-Za-z][\w-]*(?:\([^)]*\))?)/,
    directives: {
      'date time': { kind: 'time', shape: 'iso-utc', means: 'end' },
      'c-ip': { kind: 'client' },
      'cs-method': { kind: 'method' },
      'cs-uri-stem': { kind: 'target' },
      'cs-uri': { kind: 'target' },
      'sc-status': { kind: 'status' },
      'sc-bytes': { kind: 'bytes' },
      'time-taken': { kind: 'duration', unit: 'ms', covers: 'response' },
      // Servers other than IIS write it in seconds with decimals.
      'time-taken(s)': { kind: 'duration', unit: 's', covers: 'response', fine: true },
    },
    families: [{ pattern: /./, field: { kind: 'word' } }],
  },
  layouts: [
    {
      name: 'IIS, default fields',
      directives:
        'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
    },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  lifecycle: [
    { starts: '#Software:', kind: null },
    { starts: '#Date:', kind: null },
    { starts: '#Version:', kind: null },
    { starts: '#Fields:', kind: null },
  ],
  samples: [
    {
      line: '2024-10-29 17:04:15 10.0.0.2 GET /users/7 x=1 443 - 203.0.113.7 curl/8.5.0 - 200 0 0 31',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /users/{id}',
        status: 200,
      },
    },
    { line: '#Software: Microsoft Internet Information Services 10.0', row: null },
  ],
  refuses: [
    '2024-10-29 17:04:15 GET /a 200 31',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    { gives: ['time', 'duration'], how: 'IIS: Logging, Select Fields: time-taken, sc-status, cs-method, cs-uri-stem' },
  ],
  notes: [
    'The columns are those of the last "#Fields:" line in front of the lines; without such a line those of IIS by default.',
    'The stamp is the end of the request, UTC, in whole seconds. time-taken is in ms in IIS and holds what the application took to answer and the client to read.',
  ],
});
