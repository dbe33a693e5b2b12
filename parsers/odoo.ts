/** Odoo: werkzeug's line behind Odoo's own prefix, with the time that each request spent in the database and elsewhere. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const line =
  '%(asctime)s %(process)d %(levelname)s %(dbname)s %(name)s: %(addr)s - - [%(time)s] "%(request)s" %(status)s -';

export default defineFormat({
  id: 'odoo',
  title: 'Odoo',
  language: {
    pattern: percentParen,
    // odoo/netsvc.py, init_logger and PerfFilter
    directives: {
      ...loggingRecord,
      dbname: { kind: 'word' },
      addr: { kind: 'client' },
      time: { kind: 'time', shape: 'clf-blank', means: 'response-start' },
      request: { kind: 'request' },
      status: { kind: 'status' },
      query_count: { kind: 'number' },
      query_time: { kind: 'duration', unit: 's', covers: 'service', add: true, fine: true },
      remaining_time: { kind: 'duration', unit: 's', covers: 'service', add: true, fine: true },
    },
  },
  layouts: [
    { name: 'with what it spent', directives: `${line} %(query_count)s %(query_time)s %(remaining_time)s` },
    { name: 'default', directives: line },
  ],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    {
      starts: 'Worker ',
      pattern: /^Worker WorkerHTTP \((?<worker>\d+)\) alive$/,
      kind: 'boot',
    },
    { starts: 'Worker (', pattern: /^Worker \((?<worker>\d+)\) exiting/, kind: 'exit' },
    { starts: 'Worker (', pattern: /^Worker \((?<worker>\d+)\) virtual memory limit/, kind: 'recycle' },
    { starts: 'Worker (', pattern: /^Worker \((?<worker>\d+)\) max request \(\d+\) reached/, kind: 'recycle' },
    { starts: 'WorkerHTTP (', pattern: /^WorkerHTTP \((?<worker>\d+)\) timeout after/, kind: 'timeout' },
    { starts: 'HTTP service (werkzeug) running on', pattern: /^(?<text>HTTP service .*)$/, kind: 'listen' },
  ],
  samples: [
    {
      line: '2024-10-29 17:04:15,123 811 INFO prod werkzeug: 203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /web?x=1 HTTP/1.1" 200 - 12 0.015 0.031',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'end',
        durationMicros: 46_000,
        worker: '811',
        route: 'GET /web',
        status: 200,
      },
    },
    {
      line: '2024-10-29 17:04:15,123 811 INFO ? werkzeug: 203.0.113.7 - - [29/Oct/2024 17:04:15] "POST /jsonrpc HTTP/1.1" 200 -',
      row: { durationMicros: null, worker: '811', route: 'POST /jsonrpc', status: 200 },
    },
    { line: '2024-10-29 17:04:15,123 4 INFO ? odoo.service.server: Worker WorkerHTTP (811) alive', row: null },
  ],
  refuses: [
    '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
    '2024-10-29 17:04:15,123 INFO werkzeug: 203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 -',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'duration'],
      how: 'log_level = info in odoo.conf (the default); workers = 2 or more for processes',
    },
    {
      gives: ['wait'],
      how: 'let nginx in front log $msec $request_time $upstream_response_time',
    },
  ],
  notes: [
    'A line ends with the number of database queries, the seconds that they took, and the seconds that everything else took: their sum is the duration.',
    'The line is written when the response begins; Odoo has done its work by then, and the stamp of the prefix is taken as the end.',
  ],
});
