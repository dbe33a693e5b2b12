/** Envoy's default access log, Istio's, and JSON. */
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'envoy',
  title: 'Envoy and Istio access log',
  language: {
    pattern: /%([A-Z_]+(?:\([^)]*\))?(?::\d+)?)%/,
    // docs: configuration/observability/access_log/usage; REQUEST is our name for method, path and protocol together.
    directives: {
      START_TIME: { kind: 'time', shape: 'iso', means: 'start' },
      REQUEST: { kind: 'request' },
      'REQ(:METHOD)': { kind: 'method' },
      'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': { kind: 'target' },
      'REQ(:PATH)': { kind: 'target' },
      PROTOCOL: { kind: 'word' },
      RESPONSE_CODE: { kind: 'status' },
      RESPONSE_FLAGS: { kind: 'word' },
      RESPONSE_CODE_DETAILS: { kind: 'word' },
      CONNECTION_TERMINATION_DETAILS: { kind: 'word' },
      BYTES_RECEIVED: { kind: 'number' },
      BYTES_SENT: { kind: 'bytes' },
      DURATION: { kind: 'duration', unit: 'ms', covers: 'response' },
      'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)': { kind: 'number' },
      DOWNSTREAM_REMOTE_ADDRESS: { kind: 'client', port: true },
      DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: { kind: 'client' },
    },
    families: [
      { pattern: /^REQ\(X-FORWARDED-FOR\)$/, field: { kind: 'client' } },
      { pattern: /^REQ\(X-REQUEST-START\)$/, field: { kind: 'arrival' } },
      { pattern: /./, field: { kind: 'text' } },
    ],
  },
  layouts: [
    {
      name: 'default',
      directives:
        '[%START_TIME%] "%REQUEST%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"',
    },
    {
      name: 'Istio',
      directives:
        '[%START_TIME%] "%REQUEST%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" %REST%',
    },
  ],
  keyed: [
    {
      name: 'JSON',
      syntax: 'json',
      fields: {
        start_time: { kind: 'time', shape: 'any', means: 'start' },
        duration: { kind: 'duration', unit: 'ms', covers: 'response' },
        method: { kind: 'method' },
        path: { kind: 'target' },
        response_code: { kind: 'status' },
        bytes_sent: { kind: 'bytes' },
        x_forwarded_for: { kind: 'client' },
      },
      requires: ['start_time', 'response_code', 'method', 'path'],
    },
    {
      name: 'Envoy Gateway JSON',
      syntax: 'json',
      fields: {
        start_time: { kind: 'time', shape: 'any', means: 'start' },
        duration: { kind: 'duration', unit: 'ms', covers: 'response' },
        method: { kind: 'method' },
        'x-envoy-origin-path': { kind: 'target' },
        response_code: { kind: 'status' },
        bytes_sent: { kind: 'bytes' },
        'x-forwarded-for': { kind: 'client' },
      },
      requires: ['start_time', 'response_code', 'method', 'x-envoy-origin-path'],
    },
  ],
  stamp: 'start',
  written: 'end',
  proxy: true,
  loggers: ['envoy', 'istio-proxy'],
  lifecycle: [
    {
      starts: '[',
      holds: '[source/',
      pattern: /^\[\d{4}-\d\d-\d\d [\d:.]+\]\[\d+\]\[\w+\]\[[\w,]+\] \[source\//,
      kind: null,
    },
  ],
  samples: [
    {
      line: '[2024-10-29T17:04:15.123Z] "GET /a?x=1 HTTP/1.1" 200 - 0 512 31 29 "203.0.113.7" "curl/8.5.0" "req-id" "host" "10.0.0.2:8000"',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'start',
        durationMicros: 31_000,
        route: 'GET /a',
        status: 200,
        bytes: 512,
      },
    },
    {
      line: '[2024-10-29T17:04:15.123Z] "GET /a HTTP/1.1" 0 DC 0 0 100 - "-" "curl/8.5.0" "req-id" "host" "-"',
      row: { status: 0, durationMicros: 100_000 },
    },
    {
      line: '{"start_time":"2024-10-29T17:04:15.123Z","method":"GET","path":"/a","protocol":"HTTP/1.1","response_code":200,"response_flags":"-","bytes_received":0,"bytes_sent":512,"duration":31,"upstream_service_time":"29","x_forwarded_for":null}',
      row: { time: '2024-10-29T17:04:15.123+00:00', durationMicros: 31_000, route: 'GET /a', status: 200 },
    },
    {
      line: '{":authority":"shop","bytes_received":0,"bytes_sent":8780,"downstream_remote_address":"127.0.0.1:34710","duration":37,"method":"GET","protocol":"HTTP/1.1","response_code":200,"response_code_details":"via_upstream","response_flags":"-","start_time":"2024-10-29T17:04:15.123Z","upstream_host":"127.0.0.1:9500","user-agent":"curl/8.5.0","x-envoy-origin-path":"/a?x=1","x-envoy-upstream-service-time":"36","x-forwarded-for":"203.0.113.7","x-request-id":"4b4dc1e7-31ba-475a-babb-35a01debd677"}',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'start',
        durationMicros: 37_000,
        route: 'GET /a',
        status: 200,
        bytes: 8780,
      },
    },
    {
      line: '[2024-10-29 17:04:15.123][12][warning][main] [source/server/server.cc:1007] caught ENVOY_SIGTERM',
      row: null,
    },
  ],
  refuses: [
    '[2024-10-29 17:04:15 +0000] 203.0.113.7 - "GET /a HTTP/1.1" 200 12.345',
    '[2024-10-29 17:04:15.123][12][info][main] starting main dispatch loop',
  ],
  enable: [
    { gives: ['time', 'duration'], how: 'the default access log (envoy.access_loggers.stdout) has both' },
    {
      gives: ['pid', 'thread', 'wait'],
      how: 'Envoy does not know the worker behind it: log in the server, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The stamp is the start of the request in UTC with milliseconds; the duration is the whole of it, the wait for a worker in it.',
    'A status of 0 means that no answer began; flag UO is an open circuit breaker: requests were turned away.',
  ],
});
