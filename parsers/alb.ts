/** AWS load balancers: the Application Load Balancer, and the older Classic one. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'alb',
  title: 'AWS Application and Classic Load Balancer access logs',
  language: {
    pattern: dollar,
    // The names of the fields in the documentation, in their order.
    directives: {
      type: { kind: 'word' },
      time: { kind: 'time', shape: 'iso', means: 'end' },
      // Of the Classic one: when it received the request.
      received: { kind: 'time', shape: 'iso', means: 'start' },
      // Time between that and the work, which is in none of the other times.
      before_backend: { kind: 'number' },
      elb: { kind: 'word' },
      client_port: { kind: 'client', port: true },
      target_port: { kind: 'word' },
      request_processing_time: { kind: 'wait', unit: 's' },
      target_processing_time: { kind: 'duration', unit: 's', covers: 'response', add: true, fine: true },
      response_processing_time: { kind: 'duration', unit: 's', covers: 'response', add: true, fine: true },
      elb_status_code: { kind: 'status' },
      target_status_code: { kind: 'word' },
      received_bytes: { kind: 'number' },
      sent_bytes: { kind: 'bytes' },
      request: { kind: 'request' },
      user_agent: { kind: 'text' },
      rest: { kind: 'text' },
    },
  },
  layouts: [
    {
      name: 'access log',
      directives:
        '$type $time $elb $client_port $target_port $request_processing_time $target_processing_time $response_processing_time $elb_status_code $target_status_code $received_bytes $sent_bytes "$request" "$user_agent" $rest',
    },
    {
      name: 'Classic Load Balancer',
      directives:
        '$received $elb $client_port $target_port $before_backend $target_processing_time $response_processing_time $elb_status_code $target_status_code $received_bytes $sent_bytes "$request" "$user_agent" $rest',
    },
  ],
  stamp: 'end',
  written: 'end',
  proxy: true,
  lifecycle: [],
  samples: [
    {
      line: 'https 2024-10-29T17:04:15.123456Z app/lb/50dc6c495c0c9188 203.0.113.7:52134 10.0.0.2:8000 0.001 0.048 0.000 200 200 34 366 "GET https://www.example.com:443/a?x=1 HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/t/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "arn" 0 2024-10-29T17:04:15.074000Z "forward" "-" "-" "10.0.0.2:8000" "200" "-" "-"',
      row: {
        time: '2024-10-29T17:04:15.123456+00:00',
        meaning: 'end',
        durationMicros: 48_000,
        waitMicros: 1000,
        route: 'GET /a',
        status: 200,
        bytes: 366,
      },
    },
    {
      line: '2024-10-29T17:04:15.074000Z lb 203.0.113.7:52134 10.0.0.2:8000 0.000073 0.048 0.000057 200 200 0 366 "GET http://www.example.com:80/a?x=1 HTTP/1.1" "curl/8.5.0" - -',
      row: {
        time: '2024-10-29T17:04:15.074+00:00',
        meaning: 'start',
        durationMicros: 48_057,
        waitMicros: null,
        route: 'GET /a',
        status: 200,
        bytes: 366,
      },
    },
    {
      line: 'http 2024-10-29T17:04:15.123456Z app/lb/50dc6c495c0c9188 203.0.113.7:52134 - -1 -1 -1 504 - 310 0 "- http://h:80- -" "-" - - arn "Root=1" "-" "-" 0 2024-10-29T17:04:15.074000Z "forward" "-" "-" "-" "-" "-" "-"',
      row: { durationMicros: null, waitMicros: null, status: 504, route: null },
    },
  ],
  refuses: [
    '2024-10-29T17:04:15.074000Z lb 203.0.113.7:52134 GET /a 200',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "-"',
    '2024-10-29T17:04:15.123456Z stdout F GET /a',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: 'the columns are fixed; log in the server as well, e.g. gunicorn --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: [
    'The first stamp is the moment the answer was sent; -1 means that the request was not handed on.',
    'request_processing_time is what the balancer took before it handed the request on; the queue in front of the workers is in target_processing_time.',
  ],
});
