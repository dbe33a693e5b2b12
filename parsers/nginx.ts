/** nginx: combined, with times of the request and of the upstream, JSON; and its error log. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

const usual =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const upstream = 'uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"';
const response = { kind: 'duration', unit: 's', covers: 'response', fine: true, decimals: 3 } as const;

export default defineFormat({
  id: 'nginx',
  title: 'nginx access log in any log_format, and its error log',
  language: {
    pattern: dollar,
    // ngx_http_variables.c, ngx_http_log_module.c, ngx_http_upstream.c
    directives: {
      remote_addr: { kind: 'client' },
      realip_remote_addr: { kind: 'client' },
      remote_user: { kind: 'text' },
      time_local: { kind: 'time', shape: 'clf', means: 'end' },
      time_iso8601: { kind: 'time', shape: 'iso', means: 'end' },
      msec: { kind: 'time', shape: 'epoch-s', means: 'end' },
      request: { kind: 'request' },
      request_method: { kind: 'method' },
      request_uri: { kind: 'target' },
      uri: { kind: 'target' },
      status: { kind: 'status' },
      body_bytes_sent: { kind: 'bytes' },
      bytes_sent: { kind: 'number' },
      request_length: { kind: 'number' },
      request_time: response,
      upstream_connect_time: { kind: 'list' },
      upstream_header_time: { kind: 'list' },
      upstream_response_time: { kind: 'list' },
      upstream_status: { kind: 'list' },
      upstream_response_length: { kind: 'list' },
      // The pid of an nginx worker says nothing about the workers behind it.
      pid: { kind: 'number' },
      connection: { kind: 'number' },
      connection_requests: { kind: 'number' },
      pipe: { kind: 'word' },
      request_id: { kind: 'word' },
      scheme: { kind: 'word' },
      server_protocol: { kind: 'word' },
      host: { kind: 'word' },
      server_name: { kind: 'word' },
      server_port: { kind: 'word' },
    },
    families: [{ pattern: /./, field: { kind: 'text' } }],
  },
  layouts: [
    { name: 'combined', directives: usual },
    { name: 'with request and upstream times', directives: `${usual} rt=$request_time ${upstream}` },
    {
      name: 'with bare upstream times',
      directives: `${usual} rt=$request_time uct=$upstream_connect_time uht=$upstream_header_time urt=$upstream_response_time`,
    },
    { name: 'with request time', directives: `${usual} rt=$request_time` },
    {
      name: 'times first',
      directives:
        '$msec $request_time $upstream_connect_time $upstream_header_time $upstream_response_time $status $pid $connection "$request"',
    },
    {
      name: 'ingress-nginx (Kubernetes)',
      directives:
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
    },
    { name: 'time, duration, request', directives: '$msec $request_time "$request" $status', open: true },
  ],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      fields: {
        msec: { kind: 'time', shape: 'any', means: 'end' },
        time_iso8601: { kind: 'time', shape: 'any', means: 'end' },
        time_local: { kind: 'time', shape: 'any', means: 'end' },
        time: { kind: 'time', shape: 'any', means: 'end' },
        timestamp: { kind: 'time', shape: 'any', means: 'end' },
        request_time: response,
        request: { kind: 'request' },
        request_method: { kind: 'method' },
        request_uri: { kind: 'target' },
        uri: { kind: 'target' },
        method: { kind: 'method' },
        path: { kind: 'target' },
        url: { kind: 'target' },
        status: { kind: 'status' },
        body_bytes_sent: { kind: 'bytes' },
        bytes_sent: { kind: 'bytes' },
        remote_addr: { kind: 'client' },
      },
      requires: ['request_time', 'status'],
    },
  ],
  stamp: 'end',
  written: 'end',
  writesCombined: true,
  proxy: true,
  loggers: ['nginx'],
  lifecycle: [
    { starts: '*', pattern: /^\*\d+ /, kind: null },
    { starts: 'start worker process', kind: null },
    { starts: 'worker process ', pattern: /^worker process \d+ exited (?:on signal|with code) \d+/, kind: null },
    { starts: 'signal ', pattern: /^signal \d+ \(\w+\) received/, kind: null },
    { starts: 'using the "', kind: null },
    { starts: 'nginx/', kind: null },
    { starts: 'built by ', kind: null },
    { starts: 'OS: ', kind: null },
    { starts: 'getrlimit(', kind: null },
    { starts: 'gracefully shutting down', kind: null },
    { starts: 'exiting', pattern: /^exiting$/, kind: null },
    { starts: 'exit', pattern: /^exit$/, kind: null },
    { starts: 'reopening logs', kind: null },
    { starts: 'reconfiguring', kind: null },
  ],
  samples: [
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" rt=0.814 uct="0.001" uht="0.813" urt="0.815"',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        meaning: 'end',
        durationMicros: 814_000,
        route: 'GET /a',
        status: 200,
        worker: null,
      },
    },
    {
      line: '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 6 "-" "-" rt=0.003 uct="-, 0.000" uht="-, 0.004" urt="0.000, 0.004"',
      row: { durationMicros: 3000, status: 200 },
    },
    {
      line: '1730221455.123 0.031 0.000 0.030 0.031 200 24136 7 "GET /a HTTP/1.1"',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'end',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
      },
    },
    {
      line: '{"time_iso8601":"2024-10-29T17:04:15+00:00","remote_addr":"203.0.113.7","request":"GET /a HTTP/1.1","status":499,"body_bytes_sent":0,"request_time":0.100,"upstream_response_time":,"http_user_agent":""}',
      row: { time: '2024-10-29T17:04:15+00:00', durationMicros: 100_000, route: 'GET /a', status: 499 },
    },
    {
      // log-format-upstream of ingress-nginx's documentation
      line: '{"time": "2024-10-29T17:04:15+00:00", "remote_addr": "203.0.113.7", "bytes_sent": 512, "request_time": 0.031, "status": 200, "vhost": "example.com", "path": "/a", "request_query": "x=1", "request_length": 300, "duration": 0.031, "method": "GET", "http_user_agent": "curl/8.5.0"}',
      row: { durationMicros: 31_000, route: 'GET /a', status: 200, bytes: 512, meaning: 'end' },
    },
    {
      line: '2024/10/29 17:04:15 [error] 24136#24136: *37 connect() failed (111: Connection refused) while connecting to upstream',
      row: null,
    },
  ],
  refuses: [
    '203.0.113.7:52134 - "GET /a HTTP/1.1" 200',
    '{"level":"info","msg":"handled request","status":200}',
    '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['time', 'duration'],
      how: `log_format scope '$msec $request_time $upstream_connect_time $upstream_header_time $upstream_response_time $status $pid $connection "$request"';`,
    },
    {
      gives: ['pid', 'thread'],
      how: 'nginx does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
    {
      gives: ['wait'],
      how: `proxy_set_header X-Request-Start "t=\${msec}"; and log that header in the server behind (gunicorn: xrs=%({x-request-start}i)s)`,
    },
  ],
  notes: [
    'The stamp is the end of the request. $request_time runs from the first byte of the request to the last one of the answer: it holds the wait for a worker.',
    'Several attempts upstream are written "0.1, 0.2", after an internal redirect "0.1 : 0.2"; "-" is an attempt that got no answer.',
    '499: the client left, the application may go on; 504: nginx gave up, the application goes on.',
  ],
});
