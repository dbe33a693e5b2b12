/** What web frameworks log about requests that failed, besides the server's own lines. They write no requests. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'frameworks',
  title: 'frameworks (Django, Flask): lines about requests that went wrong, no requests',
  language: { pattern: percentParen, directives: {} },
  layouts: [],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    // django/utils/log.py: logger django.request, a separate line beside the request.
    { starts: 'Internal Server Error: ', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Service Unavailable: ', pattern: /^(?<text>.*)$/, kind: 'error' },
    { starts: 'Not Found: ', kind: null },
    { starts: 'Bad Request: ', kind: null },
    { starts: 'Forbidden', pattern: /^Forbidden(:| \()/, kind: null },
    { starts: 'Method Not Allowed', kind: null },
    { starts: 'Unauthorized: ', kind: null },
    // flask/app.py, log_exception; the name of the module precedes it if Flask made the handler.
    { starts: 'Exception on /', pattern: /^(?<text>Exception on \/.* \[[A-Z]+\])$/, kind: 'error' },
    { starts: 'ERROR in ', pattern: /^ERROR in \w+: (?<text>.*)$/, kind: 'error' },
  ],
  samples: [
    { line: '2024-10-29 17:04:15,123 811 django.request ERROR Internal Server Error: /x', row: null },
    { line: 'Not Found: /favicon.ico', row: null },
    { line: '[2024-10-29 17:04:15,123] ERROR in app: Exception on /x [GET]', row: null },
    { line: '2024-10-29 17:04:15,123 811 web ERROR Exception on /x [GET]', row: null },
  ],
  refuses: ['203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512', 'Exception on weekends only'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: "nothing: the server's own access log tells of requests",
    },
  ],
  notes: ['The lines say that a request failed, not how long it took: the request itself is a line of the server.'],
});
