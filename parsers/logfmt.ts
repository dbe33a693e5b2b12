/** logfmt lines with the fields of a request. */
import { dollar } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';
import { requestLayouts } from './json.ts';

export default defineFormat({
  id: 'logfmt',
  title: 'logfmt lines with method, path, status, duration … under their usual names',
  language: { pattern: dollar, directives: {} },
  layouts: [],
  keyed: requestLayouts('logfmt'),
  stamp: 'end',
  written: 'end',
  ambiguousStamp: true,
  lifecycle: [],
  samples: [
    {
      line: 'ts=2024-10-29T17:04:15.123Z level=info method=GET path="/a?x=1" status=200 duration=31.5ms pid=123',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        durationMicros: 31_500,
        worker: '123',
        route: 'GET /a',
        status: 200,
      },
    },
  ],
  refuses: ['level=info msg="cache rebuilt" took=31ms', 'method and path of the request'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration'],
      how: 'add pid=, thread=, duration_ms= and a ts= with fractions of a second and a zone to the line',
    },
    {
      gives: ['wait'],
      how: `in nginx: proxy_set_header X-Request-Start "t=\${msec}"; and log that header as request_start=`,
    },
  ],
  notes: ['A duration may carry its unit (31ms, 1.5s); without one it is told by the values.'],
});
