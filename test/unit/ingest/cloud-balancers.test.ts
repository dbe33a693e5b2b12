// What the load balancers and gateways of clouds write, after their documentation: every field of its samples, and what they do not tell.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { all, clfTime, isoTime, type Line, micros, millis, type Request, seconds, text } from './no-layout/requests.ts';

const path = (r: Request) => r.path.split('?')[0];
const durations = (line: Line) => parse(text(line)).rows.map(({ duration }) => duration);

const group =
  'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354"';
const tls = 'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2';
const head = '2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188';
const made = '2018-07-02T22:22:48.364000Z';

describe("AWS's Application Load Balancer", () => {
  const taken = { time: '2018-07-02T22:23:00.186641+00:00', meaning: 'end', status: 200, route: 'GET /', worker: null };
  const samples: readonly (readonly [name: string, line: string, row: object])[] = [
    [
      'HTTP',
      `http ${head} 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ${group} "-" "-" 0 ${made} "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90 "-" "-" "-"`,
      { ...taken, duration: 1000, wait: 0, bytes: 366 },
    ],
    [
      'HTTPS, rewritten',
      `https ${head} 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ${tls} ${group} "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 ${made} "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90 "m.example.com" "-" "TransformSuccess"`,
      { ...taken, duration: 85_000, wait: 86_000, bytes: 57 },
    ],
    [
      'HTTP/2',
      `h2 ${head} 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257 "GET https://10.0.2.105:773/ HTTP/2.0" "curl/7.46.0" ${tls} ${group} "-" "-" 1 ${made} "redirect" "https://example.com:80/" "-" "10.0.0.66:9000" "200" "-" "-" TID_1234abcd5678ef90`,
      { ...taken, duration: 2000, wait: 0, bytes: 257 },
    ],
    [
      'a WebSocket: its time is no work',
      `ws ${head} 10.0.0.140:40914 10.0.1.192:8010 0.001 0.003 0.000 101 101 218 587 "GET http://10.0.0.30:80/ HTTP/1.1" "-" - - ${group} "-" "-" 1 ${made} "forward" "-" "-" "10.0.1.192:8010" "101" "-" "-" TID_1234abcd5678ef90`,
      { ...taken, status: 101, duration: null, bytes: 587 },
    ],
    [
      'a function behind it',
      `http ${head} 192.168.131.39:2817 - 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ${group} "-" "-" 0 ${made} "forward" "-" "-" "-" "-" "-" "-" TID_1234abcd5678ef90`,
      { ...taken, duration: 1000, wait: 0, bytes: 366 },
    ],
    [
      'a function that failed',
      `http ${head} 192.168.131.39:2817 - 0.000 0.001 0.000 502 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ${group} "-" "-" 0 ${made} "forward" "-" "LambdaInvalidResponse" "-" "-" "-" "-" TID_1234abcd5678ef90`,
      { ...taken, status: 502, duration: 1000, wait: 0 },
    ],
    [
      'no target in time',
      `http ${head} 192.168.131.39:2817 10.0.0.1:80 0.001 -1 -1 504 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ${group} "-" "-" 0 ${made} "forward" "-" "-" "10.0.0.1:80" "-" "-" "-" TID_1234abcd5678ef90`,
      { ...taken, status: 504, duration: null },
    ],
    [
      'blocked by the firewall',
      `https ${head} [2001:db8::1]:2817 - -1 -1 -1 403 - 34 366 "GET https://www.example.com:443/ HTTP/1.1" "curl \\"x\\"" ${tls} - "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "-" 0 ${made} "waf" "-" "-" "-" "-" "Ambiguous" "UndefinedContentLengthSemantics"`,
      { ...taken, status: 403, duration: null, wait: null },
    ],
  ];

  for (const [name, line, row] of samples) {
    it(name, () => {
      const { rows, report } = parse(`${line}\n`);
      expect(report).toMatchObject({ requests: 1, unparsed: 0, format: 'alb' });
      expect(rows[0]).toMatchObject(row);
    });
  }

  it('logs of connections, and those of the Network Load Balancer, tell of no request', () => {
    const lines = [
      '2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success TID_3180a73013c8ca4bac2f731159d4b0fe',
      'tls 2.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99 - ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com h2 h2 "h2","http/1.1" 2018-12-20T02:59:30',
    ];
    for (const line of lines) {
      const { rows, report } = parse(`${line}\n`.repeat(30));
      expect(rows).toEqual([]);
      expect(report.unparsed).toBe(30);
    }
  });
});

describe('gateways and load balancers of clouds', () => {
  it("Azure's give seconds with decimals, or whole milliseconds, under one name", () => {
    const record = (r: Request, took: unknown) =>
      JSON.stringify({
        TimeGenerated: isoTime(r.end),
        Category: 'ApplicationGatewayAccessLog',
        HttpMethod: r.method,
        RequestUri: path(r),
        HttpStatus: r.status,
        ReceivedBytes: 184,
        SentBytes: r.bytes,
        ClientResponseTime: 0,
        TimeTaken: took,
        ServerResponseLatency: seconds({ ...r, end: r.start + 0.9 * (r.end - r.start) }, 3),
      });
    expect(durations((r) => record(r, Number(seconds(r, 3))))).toEqual(
      all.map((r) => Math.round(Number(seconds(r, 3)) * 1e6)),
    );
    expect(durations((r) => record(r, millis(r)))).toEqual(all.map((r) => millis(r) * 1000));
  });

  it('of times without a unit one that is 0 on all lines, or a part of another, is not the duration', () => {
    const record: Line = (r) =>
      JSON.stringify({
        timeStamp: isoTime(r.end),
        properties: {
          httpMethod: r.method,
          requestUri: path(r),
          httpStatus: r.status,
          clientResponseTime: 0,
          serverResponseLatency: seconds({ ...r, end: r.start + 0.9 * (r.end - r.start) }, 3),
          timeTaken: Number(seconds(r, 3)),
        },
      });
    expect(durations(record)).toEqual(all.map((r) => Math.round(Number(seconds(r, 3)) * 1e6)));
  });

  it("the body of the request is none of the answer's", () => {
    const record: Line = (r) =>
      JSON.stringify({
        time: isoTime(r.end),
        properties: {
          httpMethod: r.method,
          requestUri: r.path,
          httpStatusCode: String(r.status),
          requestBodyBytes: '0',
          requestHeaderBytes: '84',
          responseBodyBytes: String(r.bytes),
          timeTaken: String(millis(r)),
        },
      });
    expect(parse(text(record)).rows.map(({ bytes }) => bytes)).toEqual(all.map((r) => r.bytes));
  });

  it("API Gateway's XML is read by its elements, whose ends are no paths", () => {
    const line: Line = (r) =>
      `<request id="c6af9ac6-${all.indexOf(r)}"> <ip>203.0.113.7</ip> <caller>-</caller> <requestTime>${clfTime(r.start)}</requestTime> <httpMethod>${r.method}</httpMethod> <resourcePath>${path(r)}</resourcePath> <status>${r.status}</status> <protocol>HTTP/1.1</protocol> <responseLength>${r.bytes}</responseLength> </request>`;
    const { rows, report } = parse(text(line));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
    expect(rows.map(({ route, status }) => [route, status])).toEqual(
      all.map((r) => [`${r.method} ${path(r).replace(/\d+/, '{id}')}`, r.status]),
    );
  });

  it('the date and the time of day may stand under a name each', () => {
    const record: Line = (r) =>
      JSON.stringify({
        date: isoTime(r.end).slice(0, 10),
        time: isoTime(r.end).slice(11, 23),
        method: r.method,
        path: r.path,
        status: r.status,
        took_us: micros(r),
      });
    const { rows, report } = parse(text(record));
    expect(rows.map(({ time }) => Date.parse(time ?? ''))).toEqual(all.map((r) => Math.floor(r.end)));
    expect(report.timestamp).toMatchObject({ resolution_seconds: 0.001 });
  });
});
