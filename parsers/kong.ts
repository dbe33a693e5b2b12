/** Kong's file-log, http-log and tcp-log plugins: one JSON record per request. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'kong',
  title: 'Kong access log (JSON of its log plugins)',
  language: { pattern: dollar, directives: {} },
  layouts: [],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      // kong/pdk/log.lua, serialize
      fields: {
        started_at: { kind: 'time', shape: 'epoch-ms', means: 'start' },
        client_ip: { kind: 'client' },
        'request.method': { kind: 'method' },
        'request.uri': { kind: 'target' },
        'response.status': { kind: 'status' },
        'response.size': { kind: 'bytes' },
        // The whole; "kong" and "proxy" are parts of it.
        'latencies.request': { kind: 'duration', unit: 'ms', covers: 'response' },
      },
      requires: ['request.method', 'request.uri', 'latencies.request'],
    },
  ],
  stamp: 'start',
  written: 'end',
  proxy: true,
  lifecycle: [],
  samples: [
    {
      line: '{"service":{"name":"web","port":8000},"request":{"method":"GET","uri":"/a?x=1","url":"http://h:8000/a?x=1","size":88},"response":{"status":200,"size":512},"latencies":{"kong":1,"proxy":30,"request":31},"client_ip":"203.0.113.7","started_at":1730221455123}',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'start',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
  ],
  refuses: [
    '{"request":{"method":"GET","uri":"/a"},"response":{"status":200},"duration":0.031}',
    '{"level":"info","msg":"latencies"}',
  ],
  enable: [{ gives: ['time', 'duration'], how: 'the plugin file-log (or http-log, tcp-log) without custom fields' }],
  notes: [
    'The stamp is the start of the request in ms; the duration is all that Kong took, with the wait for a worker behind it.',
  ],
});
