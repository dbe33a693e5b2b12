/** JSON lines with the fields of a request, from hand-written templates, middleware or structured loggers. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat, type Field, type KeyedLayout } from '../src/core/format.ts';

const time: Field = { kind: 'time', shape: 'any', means: 'end' };
const duration = (unit: 's' | 'ms' | 'us' | 'ns' | 'by-value'): Field => ({
  kind: 'duration',
  unit,
  covers: 'service',
});
const each = (keys: string, field: Field): Record<string, Field> =>
  Object.fromEntries(keys.split(' ').map((key) => [key, field]));

const common: Record<string, Field> = {
  ...each('time timestamp @timestamp ts t asctime datetime date time_local time_iso8601', time),
  ...each('start_time started_at', { ...time, means: 'start', named: true }),
  // The text before the first pair of a line: "2026-03-01 17:04:15,123 INFO request method=GET …".
  ...each('', time),
  ...each('D us usec micros duration_us request_time_us elapsed_us', duration('us')),
  ...each('M ms duration_ms request_time_ms response_time_ms elapsed_ms latency_ms took_ms time_ms', duration('ms')),
  ...each('L duration_s duration_seconds request_time_seconds elapsed_seconds', duration('s')),
  ...each('duration_ns', duration('ns')),
  ...each(
    'duration dur request_time response_time elapsed took latency time_taken request_timetaken process_time rt',
    duration('by-value'),
  ),
  ...each('pid p process process_id worker_pid', { kind: 'pid' }),
  ...each('worker worker_id', { kind: 'worker' }),
  // The number behind stamp and level, before the first pair: "2026-03-01 17:04:15,123 INFO [811] method=GET …".
  ...each('#', { kind: 'pid' }),
  ...each('thread thread_id thread_name tid', { kind: 'thread' }),
  ...each('s status status_code response_status response_code http_status code', { kind: 'status' }),
  ...each('b B byte bytes size response_size response_length content_length bytes_sent body_bytes_sent', {
    kind: 'bytes',
  }),
  ...each('h remote_addr remote_ip remote_address client_ip client_addr ip client', { kind: 'client' }),
  ...each('request_start x_request_start x-request-start xrs', { kind: 'arrival' }),
};

const lines: Record<string, Field> = {
  ...common,
  ...each('r request request_line', { kind: 'request' }),
};
const parts: Record<string, Field> = {
  ...common,
  ...each('m method request_method http_method verb', { kind: 'method' }),
  ...each('U path uri url request_path request_uri target http_path', { kind: 'target' }),
};

/** A line without any of these is about the beginning of a request, or about something done for it. */
const answers = Object.keys(common).filter((key) => common[key].kind === 'status' || common[key].kind === 'duration');

/** A layout for each pair of keys that say what was requested and how it was answered. */
export function requestLayouts(syntax: 'json' | 'logfmt'): KeyedLayout[] {
  const layouts: KeyedLayout[] = [];
  const statuses = ['status', 'status_code', 's', 'response_code', 'response_status', 'http_status', 'code'];
  for (const request of ['request', 'request_line', 'r']) {
    for (const status of statuses) {
      layouts.push({ name: `${syntax}: ${request}, ${status}`, syntax, fields: lines, requires: [request, status] });
    }
  }
  for (const method of ['method', 'request_method', 'http_method', 'verb', 'm']) {
    for (const path of ['path', 'uri', 'url', 'request_path', 'request_uri', 'target', 'http_path', 'U']) {
      const requires = [method, path];
      layouts.push({ name: `${syntax}: ${method}, ${path}`, syntax, fields: parts, requires, oneOf: answers });
    }
  }
  return layouts;
}

export default defineFormat({
  id: 'json',
  title: 'JSON lines with method, path, status, duration … under their usual names',
  language: { pattern: dollar, directives: {} },
  layouts: [],
  keyed: requestLayouts('json'),
  stamp: 'end',
  written: 'end',
  ambiguousStamp: true,
  lifecycle: [],
  samples: [
    {
      line: '{"timestamp":"2024-10-29T17:04:15.123Z","level":"info","method":"GET","path":"/users/7?x=1","status":200,"duration_ms":31.5,"pid":123}',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        durationMicros: 31_500,
        worker: '123',
        route: 'GET /users/{id}',
        status: 200,
      },
    },
    {
      line: '{"t":"[29/Oct/2024:17:04:15 +0000]","p":"<123>","D":31000,"r":"GET /a HTTP/1.1","s":"200","a":"A \\"q\\" \\ end"}',
      row: {
        time: '2024-10-29T17:04:15+00:00',
        durationMicros: 31_000,
        worker: '123',
        route: 'GET /a',
        status: 200,
      },
    },
  ],
  refuses: [
    '{"level":"info","message":"cache rebuilt","duration_ms":31}',
    '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512',
  ],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration'],
      how: 'add "pid", "thread", "duration_ms" and a "timestamp" with fractions of a second and a zone to the record',
    },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; and log that header as "request_start"`,
    },
  ],
  notes: [
    'Records of python-json-logger and structlog whose message is an access line are read as that line, with stamp and pid of the record.',
    'Templates written by hand often give invalid JSON (a backslash in a user agent): keys are looked for all the same.',
    'Of several keys for one thing the first in the line of preference is taken; a duration without a unit is told by its values.',
  ],
});
