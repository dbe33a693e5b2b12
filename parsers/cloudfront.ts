/** AWS CloudFront standard logs: columns separated by tabs, with dates in UTC that do not say so. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const columns = [
  '$datetime',
  '$x_edge_location',
  '$sc_bytes',
  '$c_ip',
  '$cs_method',
  '$cs_host',
  '$cs_uri_stem',
  '$sc_status',
  '$cs_referer',
  '$cs_user_agent',
  '$cs_uri_query',
  '$cs_cookie',
  '$x_edge_result_type',
  '$x_edge_request_id',
  '$x_host_header',
  '$cs_protocol',
  '$cs_bytes',
  '$time_taken',
  '$rest',
].join('\t');

export default defineFormat({
  id: 'cloudfront',
  title: 'AWS CloudFront standard log',
  language: {
    pattern: dollar,
    // The names of the fields in the documentation, in their order; datetime stands for date and time.
    directives: {
      datetime: { kind: 'time', shape: 'iso-utc', means: 'end' },
      sc_bytes: { kind: 'bytes' },
      c_ip: { kind: 'client' },
      cs_method: { kind: 'method' },
      cs_uri_stem: { kind: 'target' },
      sc_status: { kind: 'status' },
      cs_bytes: { kind: 'number' },
      time_taken: { kind: 'duration', unit: 's', covers: 'response', fine: true },
    },
    families: [{ pattern: /./, field: { kind: 'text' } }],
  },
  layouts: [{ name: 'standard log', directives: columns }],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      fields: {
        'timestamp(ms)': { kind: 'time', shape: 'epoch-ms', means: 'end' },
        date: { kind: 'day' },
        time: { kind: 'time', shape: 'iso-utc', means: 'end', apart: true },
        'x-edge-location': { kind: 'word' },
        'c-ip': { kind: 'client' },
        'cs-method': { kind: 'method' },
        'cs-uri-stem': { kind: 'target' },
        'sc-status': { kind: 'status' },
        'sc-bytes': { kind: 'bytes' },
        'time-taken': { kind: 'duration', unit: 's', covers: 'response', fine: true },
      },
      requires: ['x-edge-location', 'cs-method', 'cs-uri-stem', 'sc-status'],
    },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  lifecycle: [
    { starts: '#Version:', kind: null },
    { starts: '#Fields:', kind: null },
    // Other logs in W3C form.
    { starts: '#Software:', kind: null },
    { starts: '#Date:', kind: null },
  ],
  samples: [
    {
      line: '2024-10-29\t17:04:15\tFRA2-C1\t512\t203.0.113.7\tGET\td111.cloudfront.net\t/a\t200\t-\tcurl/8.5.0\tx=1\t-\tMiss\tabc==\texample.com\thttps\t23\t0.031\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tMiss\tHTTP/1.1\t-\t-\t52134\t0.031\tMiss\ttext/html\t512\t-\t-',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '{"date":"2024-10-29","time":"17:04:15","x-edge-location":"FRA2-C1","sc-bytes":"512","c-ip":"203.0.113.7","cs-method":"GET","cs(Host)":"d111.cloudfront.net","cs-uri-stem":"/a","sc-status":"200","cs-uri-query":"x=1","cs-bytes":"23","time-taken":"0.031","time-to-first-byte":"0.030"}',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    { line: '#Version: 1.0', row: null },
  ],
  refuses: [
    '2024-10-29 17:04:15\tGET\t/a\t200',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: 'the columns are fixed; log in the server as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the end of the answer, UTC, in seconds; the duration is that of the answer to the client, in seconds.',
    'Answers from the cache never came to the server.',
  ],
});
